import {
  defaultClipSearch,
  dequantizeTokens,
  dequantizeWeight,
  quantizeTokens,
  roundHalfEven,
  roundToNearest,
} from '@thinkbits/numerics';
import type { WeightBits } from '@thinkbits/spec';
import { booleanOf, groupOf, numberOf } from '../settings.js';
import type { GoldenTensor } from '../tensor.js';
import type { ToleranceRule } from '../tolerance.js';
import type { CaseContext, GoldenCheck, GoldenTopic } from '../topic.js';

const rules: { readonly [key: string]: ToleranceRule } = {
  codes: { how: 'exact', of: ['codes'] },
  scale_relative: { how: 'relative', of: ['scale'] },
  zero: { how: 'exact', of: ['zero'], unsaid: { how: 'exact' } },
  dequantized_relative: { how: 'relative', of: ['dequantized'] },
};

const floats = ({ values }: GoldenTensor) => Float32Array.from(values);
const dimensionOf = ({ shape }: GoldenTensor) => shape.at(-1) ?? 1;

async function roundWeight(context: CaseContext, range: 'zero-inclusive' | 'min-max') {
  const { settings } = context;
  const weight = await context.input('weight');
  const [rows, columns] = weight.shape as [number, number];
  const awq = range === 'min-max';
  const scheme = {
    bits: numberOf(settings, 'bits') as WeightBits,
    group: groupOf(settings, 'channel' as const),
    symmetric: awq ? false : booleanOf(settings, 'symmetric'),
    range,
  };
  const search = !awq && booleanOf(settings, 'mse_search');
  const options = search ? { clipSearch: defaultClipSearch } : {};
  const quantized = roundToNearest(floats(weight), rows, columns, scheme, options);
  const { codes, scales } = quantized;
  return {
    codes,
    scale: scales,
    zero: quantized.zeros ?? new Float32Array(scales.length),
    dequantized: dequantizeWeight(quantized),
  };
}

async function quantizeActivation(context: CaseContext) {
  const { settings } = context;
  const activation = await context.input('activation');
  const dimension = dimensionOf(activation);
  const x = floats(activation);
  const quantized = quantizeTokens(x, x.length / dimension, dimension, {
    bits: numberOf(settings, 'bits'),
    symmetric: booleanOf(settings, 'symmetric'),
    range: 'zero-inclusive',
    clip: numberOf(settings, 'clip_ratio'),
    group: groupOf(settings, dimension),
  });
  const { codes, scales, zeros } = quantized;
  return { codes, scale: scales, zero: zeros, dequantized: dequantizeTokens(quantized) };
}

const rounding: GoldenCheck = {
  rules: { rounded: { how: 'exact', of: ['rounded'] } },
  compute: async ({ input }) => ({
    rounded: Float32Array.from((await input('x')).values, roundHalfEven),
  }),
};

const weight: GoldenCheck = { rules, compute: (context) => roundWeight(context, 'zero-inclusive') };
const awqWeight: GoldenCheck = { rules, compute: (context) => roundWeight(context, 'min-max') };
const activation: GoldenCheck = { rules, compute: quantizeActivation };

/** The input was stored in bfloat16; scale, zero and codes are in float32 all the same (methods.md §5, trap 14). */
const halfActivation: GoldenCheck = {
  rules: {
    codes_float32_scales: { how: 'exact', of: ['codes_float32_scales'] },
    dequantized_float32_scales_relative: { how: 'relative', of: ['dequantized_float32_scales'] },
  },
  informative: ['dequantized_reference_bfloat16_arithmetic'],
  compute: async (context) => {
    const { codes, dequantized } = await quantizeActivation(context);
    return { codes_float32_scales: codes, dequantized_float32_scales: dequantized };
  },
};

/** Quantize-dequantize of weights and activations, the AWQ grid, rounding. */
export const uniform: GoldenTopic = ({ kind, input_dtype: dtype }) => {
  if (kind === 'rounding') return rounding;
  if (kind === 'weight') return weight;
  if (kind === 'awq-weight') return awqWeight;
  if (kind === 'activation' && dtype === undefined) return activation;
  if (kind === 'activation' && dtype === 'bfloat16') return halfActivation;
  return undefined;
};
