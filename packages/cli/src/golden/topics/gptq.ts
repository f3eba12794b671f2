import { tensor2d } from '@tensorflow/tfjs-core';
import { activationOrder, createRandom, dequantizeWeight } from '@thinkbits/numerics';
import { observeInputs } from '@thinkbits/ops';
import { gptq as rounder } from '@thinkbits/quantizer-gptq';
import type { RoundedLinear, StageContext, WeightBits } from '@thinkbits/spec';
import { booleanOf, groupOf, numberOf } from '../settings.js';
import type { GoldenTensor } from '../tensor.js';
import type { CaseContext, GoldenCheck, GoldenTopic } from '../topic.js';
import { gptqLoss } from './gptq-loss.js';
import { gptqOfModel } from './gptq-of-model.js';

/** Samples as batches, `[tokens, in]` each; in the hand examples every row is a sample of its own. */
function batchesOf({ shape, values }: GoldenTensor): Float32Array[] {
  const columns = shape.at(-1) as number;
  const tokens = shape.length === 3 ? (shape[1] as number) : 1;
  const size = tokens * columns;
  return Array.from({ length: values.length / size }, (_, i) =>
    Float32Array.from(values.subarray(i * size, (i + 1) * size)),
  );
}

/** 2/n Σ XXᵀ, `[in, in]`, as sessions gather it. */
async function hessianOf(samples: GoldenTensor): Promise<Float32Array> {
  const columns = samples.shape.at(-1) as number;
  const observer = observeInputs();
  try {
    for (const batch of batchesOf(samples)) {
      const input = tensor2d(batch, [batch.length / columns, columns]);
      await observer.observe(input);
      input.dispose();
    }
    return observer.take()?.hessian ?? new Float32Array(0);
  } finally {
    observer.dispose();
  }
}

const diagonalOf = (square: Float32Array, size: number) =>
  Float32Array.from({ length: size }, (_, i) => square[i * size + i] as number);

const hessian: GoldenCheck = {
  rules: {
    hessian_relative_frobenius: {
      how: 'frobenius',
      of: ['hessian', 'hessian_diagonal', 'hessian_first_rows', 'mean_diagonal', 'trace'],
    },
  },
  compute: async ({ input, expectedShape }) => {
    const samples = await input('samples');
    const columns = samples.shape.at(-1) as number;
    const [rows] = (await expectedShape('hessian_first_rows')) as [number];
    const whole = await hessianOf(samples);
    const diagonal = diagonalOf(whole, columns);
    const trace = diagonal.reduce((sum, value) => sum + value, 0);
    return {
      hessian: whole,
      hessian_diagonal: diagonal,
      hessian_first_rows: whole.subarray(0, rows * columns),
      mean_diagonal: [trace / columns],
      trace: [trace],
    };
  },
};

/** Rounds the case's weight in a session, as a model's runner would. */
async function roundLinear(
  { settings, signal }: CaseContext,
  weight: GoldenTensor,
  samples: GoldenTensor,
): Promise<RoundedLinear> {
  const [out, columns] = weight.shape as [number, number];
  const scheme = {
    bits: numberOf(settings, 'bits') as WeightBits,
    group: groupOf(settings, 'channel' as const),
    symmetric: booleanOf(settings, 'symmetric'),
    range: 'zero-inclusive' as const,
  };
  const flag = (name: string) => settings[name] !== undefined && booleanOf(settings, name);
  const quantizer = rounder({
    actOrder: flag('act_order'),
    staticGroups: flag('static_groups'),
    clipSearch: booleanOf(settings, 'mse_search'),
    damping: numberOf(settings, 'damp'),
    blockSize: numberOf(settings, 'block'),
  });
  const context = { random: createRandom(0), signal, emit() {} };
  const linear = { name: 'the case', out, in: columns, bias: false };
  const session = quantizer.open(
    [{ linear, scheme }],
    context as Partial<StageContext> as StageContext,
  );
  const tensor = tensor2d(Float32Array.from(weight.values), [out, columns]);
  try {
    for (const batch of batchesOf(samples)) {
      const input = tensor2d(batch, [batch.length / columns, columns]);
      await session.observe?.(input);
      input.dispose();
    }
    return (await session.finish([tensor]))[0] as RoundedLinear;
  } finally {
    tensor.dispose();
    session.dispose();
  }
}

const linear: GoldenCheck = {
  rules: {
    codes: { how: 'exact', of: ['codes'] },
    zero: { how: 'exact', of: ['zero'], unsaid: { how: 'exact' } },
    g_idx: { how: 'exact', of: ['g_idx'], unsaid: { how: 'exact' } },
    perm: { how: 'exact', of: ['perm'], unsaid: { how: 'exact' } },
    damp: { how: 'absolute', of: ['damp'], unsaid: { how: 'absolute', limit: 1e-12 } },
    scale_relative: { how: 'relative', of: ['scale'], unsaid: { how: 'relative', limit: 1e-6 } },
    dequantized_relative_frobenius: { how: 'frobenius', of: ['dequantized'] },
    loss_relative: { how: 'relative', of: ['loss'] },
    // Says what a failure would mean; here codes are equal.
    if_codes_differ: { how: 'exact', of: [] },
  },
  informative: ['upstream_stale_dequantized'],
  compute: async (context) => {
    const [weight, samples] = [await context.input('weight'), await context.input('samples')];
    const columns = weight.shape[1] as number;
    const square = await hessianOf(samples);
    const { weight: rounded, report } = await roundLinear(context, weight, samples);
    const dequantized = dequantizeWeight(rounded);
    const group = groupOf(context.settings, columns);
    const diagonal = diagonalOf(square, columns).map((value) => (value === 0 ? 1 : value));
    const loss = gptqLoss(weight.values, dequantized, square);
    return {
      codes: rounded.codes,
      scale: rounded.scales,
      zero: rounded.zeros ?? new Float32Array(rounded.scales.length),
      g_idx: rounded.groupIndex ?? Int32Array.from(diagonal.keys(), (i) => Math.floor(i / group)),
      perm:
        context.settings.act_order === true
          ? activationOrder(diagonal)
          : Int32Array.from(diagonal.keys()),
      dequantized,
      hessian: square,
      loss: [loss],
      // every row of the samples is one sample there, so n/2 H = XᵀX
      squared_output_error: [(loss * batchesOf(samples).length) / 2],
      damp: [report.damping ?? Number.NaN],
    };
  },
};

/** The hand examples of methods.md §6: published to six digits, so their values are compared absolutely. */
const handExample: GoldenCheck = {
  ...linear,
  rules: {
    codes: linear.rules.codes as GoldenCheck['rules'][string],
    zero: linear.rules.zero as GoldenCheck['rules'][string],
    perm: linear.rules.perm as GoldenCheck['rules'][string],
    dequantized_abs: {
      how: 'absolute',
      of: ['dequantized', 'scale', 'hessian', 'squared_output_error'],
    },
  },
};

/** Stages of a layer whose linears share an input, in any order within; others would need another runner. */
const knownStages = [
  'self_attn.k_proj self_attn.q_proj self_attn.v_proj',
  'self_attn.o_proj',
  'mlp.gate_proj mlp.up_proj',
  'mlp.down_proj',
].join();

/** GPTQ's Hessians, single linears and whole models. */
export const gptq: GoldenTopic = (settings) => {
  const { kind, each_row_of_samples_is_one_sample: byRow, stages } = settings;
  if (kind === 'hessian') return hessian;
  if (kind === 'gptq-model' && Array.isArray(stages)) {
    const names = stages.map((stage) => [...(stage as string[])].sort().join(' '));
    return names.join() === knownStages ? gptqOfModel(settings) : undefined;
  }
  if (kind !== 'gptq') return undefined;
  return byRow === true ? handExample : linear;
};
