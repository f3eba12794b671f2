import {
  decodePowerScale,
  dequantizeWeight,
  encodeFloat,
  type FloatElementFormat,
  floatElements,
  packCodes,
  roundToNearest,
  scaleCode,
  scaleOfCode,
} from '@thinkbits/numerics';
import {
  completeWeightScheme,
  type FloatElement,
  type FloatFormat,
  floatElementBits,
  type Json,
  type WeightScheme,
} from '@thinkbits/spec';
import { numberOf } from '../settings.js';
import type { ToleranceRule } from '../tolerance.js';
import type { CaseContext, GoldenCheck, GoldenTopic } from '../topic.js';

type Settings = Parameters<GoldenTopic>[0];

const isElement = (name: Json | undefined): name is FloatElement =>
  typeof name === 'string' && Object.hasOwn(floatElements, name);

const decodeTable = (decode: (code: number) => number): GoldenCheck => ({
  rules: { values: { how: 'identical', of: ['values'] } },
  compute: async ({ input }) => ({
    values: Float32Array.from((await input('codes')).values, decode),
  }),
});

const encode = (format: FloatElementFormat): GoldenCheck => ({
  rules: {
    codes: {
      how: 'exact',
      of: ['codes_saturating', 'codes_overflowing'],
      alike: (code) => (Number.isNaN(format.values[code]) ? format.nanCode : code),
    },
  },
  compute: async ({ input }) => {
    const { values } = await input('x');
    const codes = (saturate: boolean) =>
      Uint8Array.from(values, (value) => encodeFloat(value, format, saturate));
    return { codes_saturating: codes(true), codes_overflowing: codes(false) };
  },
});

/** Rounds the case's tensor and gives everything that a case of blocks may ask for. */
async function roundBlocks(
  { input, settings }: CaseContext,
  float: FloatFormat,
  group: WeightScheme['group'],
) {
  const x = await input('x');
  const [rows, columns] = x.shape as [number, number];
  const bits = floatElementBits[float.element];
  const block = settings.block === undefined ? group : numberOf(settings, 'block');
  const scheme = completeWeightScheme({ bits, group: block, float });
  const rounded = roundToNearest(Float32Array.from(x.values), rows, columns, scheme);
  const { codes, scales, globalScale = 1 } = rounded;
  const scaleCodes = Uint8Array.from(scales, (scale) => scaleCode(float.scale, scale, globalScale));
  return {
    codes,
    packed: new Uint8Array(packCodes(codes, rows, columns, bits, false).buffer),
    scale: group === 'tensor' ? scales.subarray(0, 1) : scales,
    scale_codes: scaleCodes,
    scales: Array.from(scaleCodes, (code) => scaleOfCode(float.scale, code, 1)),
    global_scale: [globalScale],
    dequantized: dequantizeWeight(rounded),
  };
}

const exact = { how: 'exact' } as const;
const codes: ToleranceRule = { how: 'exact', of: ['codes', 'packed'] };
const relative = (limit: number) => ({ how: 'relative', limit }) as const;

const powerScaled = (float: FloatFormat): GoldenCheck => ({
  rules: {
    codes,
    scale_codes: { how: 'exact', of: ['scale_codes'] },
    dequantized: { how: 'exact', of: ['dequantized'] },
  },
  compute: (context) => roundBlocks(context, float, 32),
});

const nvfp4: GoldenCheck = {
  rules: {
    codes: { ...codes, how: 'most' },
    scales: { how: 'exact', of: ['scales', 'scale_codes'] },
    global_scale: { how: 'exact', of: ['global_scale'], unsaid: exact },
    dequantized_relative: { how: 'relative', of: ['dequantized'] },
  },
  compute: (context) => roundBlocks(context, { element: 'e2m1', scale: 'e4m3' }, 16),
};

const floatScaled = (float: FloatFormat, group: 'channel' | 'tensor'): GoldenCheck => ({
  rules: {
    codes,
    scale_relative: { how: 'relative', of: ['scale'] },
    dequantized_relative: { how: 'relative', of: ['dequantized'], unsaid: relative(1e-6) },
  },
  compute: (context) => roundBlocks(context, float, group),
});

/** Checks by kind; undefined where a setting asks for something else. */
const kinds: { readonly [kind: string]: (settings: Settings) => GoldenCheck | undefined } = {
  'decode-table': ({ format }) => {
    if (format === 'e8m0') return decodeTable(decodePowerScale);
    if (!isElement(format)) return undefined;
    return decodeTable((code) => floatElements[format].values[code] as number);
  },
  encode: ({ format, largest }) =>
    isElement(format) && floatElements[format].largest === largest
      ? encode(floatElements[format])
      : undefined,
  mx: ({ element, scale, scale_rule: rule }) =>
    isElement(element) && scale === 'e8m0' && (rule === 'floor' || rule === 'round')
      ? powerScaled({ element, scale, scaleRule: rule })
      : undefined,
  nvfp4: ({ scale, global_scale: whole }) =>
    scale === 'e4m3' && whole === '448·6 / max|x| of the tensor' ? nvfp4 : undefined,
  fp8: ({ granularity, scale }) => {
    const largest = /^max\|x\| \/ (\d+), float32$/.exec(String(scale))?.[1];
    const element = (['e4m3', 'e5m2'] as const).find(
      (name) => floatElements[name].largest === Number(largest),
    );
    if (!element || (granularity !== 'channel' && granularity !== 'tensor')) return undefined;
    return floatScaled({ element, scale: 'float32' }, granularity);
  },
};

/** Settings of each kind; a case with another is about something that is not implemented. */
const known: { readonly [kind: string]: readonly string[] } = {
  'decode-table': ['format'],
  encode: ['format', 'largest'],
  mx: ['element', 'block', 'scale', 'scale_rule', 'scale_rule_text'],
  nvfp4: ['block', 'scale', 'global_scale'],
  fp8: ['granularity', 'scale'],
};

/** Small floating-point formats and the block formats made of them. */
export const microscaling: GoldenTopic = ({ kind, ...settings }) => {
  const name = String(kind);
  if (!Object.hasOwn(kinds, name)) return undefined;
  const strange = Object.keys(settings).some((setting) => !known[name]?.includes(setting));
  return strange ? undefined : kinds[name]?.(settings);
};
