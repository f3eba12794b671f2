import '@tensorflow/tfjs-backend-cpu';
import { memory, type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import type { BlockView, StageContext } from '@thinkbits/spec';
import { describe, expect, test } from 'vitest';
import { smoothingScales, smoothquant } from './index.js';

const layer = 'model.layers.0';
const linear = (name: string) => ({ name: `${layer}.${name}`, out: 2, in: 3, bias: false });
const stages = [
  ['q', 'k', 'v'].map((name) => linear(`self_attn.${name}_proj`)),
  [linear('self_attn.o_proj')],
  ['gate', 'up'].map((name) => linear(`mlp.${name}_proj`)),
  [linear('mlp.down_proj')],
];
const fold = (from: string, stage: number) => ({
  from: `${layer}.${from}`,
  into: (stages[stage] ?? []).map(({ name }) => name),
  kind: 'norm' as const,
});
const info = {
  index: 0,
  stages,
  folds: [fold('input_layernorm', 0), fold('post_attention_layernorm', 2)],
};

/** A layer whose linears hold the same weights and read the same batches. */
function view(weights: { [name: string]: number[][] }, batches: number[][][]): BlockView {
  return {
    info,
    weight: async (name) => tensor2d(weights[name.split('.').at(-1) as string] ?? [[0, 0, 0]]),
    async *inputs() {
      for (const batch of batches) {
        const tensor = tensor2d(batch) as Tensor2D;
        yield tensor;
        tensor.dispose();
      }
    },
  } as Partial<BlockView> as BlockView;
}

const context = {} as StageContext;
const closeTo = (values: Iterable<number>, expected: readonly number[]) =>
  expect([...values]).toEqual(expected.map((value) => expect.closeTo(value, 5)));

describe('smoothquant', () => {
  test('gives the scales of methods.md §6', () => {
    const scales = smoothingScales(
      Float32Array.of(10, 0.5, 3),
      Float32Array.of(0.2, 1, 0.05),
      0.85,
    );
    closeTo(scales, [9.012505, 0.554785, 3.987563]);
  });

  test('keeps scales away from 0 where a channel is silent, in inputs or in weights', () => {
    // 0 / 1, and √10⁻⁵ / √10⁻⁵ in place of √10⁻⁵ / 0
    closeTo(smoothingScales(Float32Array.of(0, 1e-5), Float32Array.of(1, 0), 0.5), [1e-5, 1]);
  });

  test('looks at the largest magnitudes over all batches and over all linears of a site', async () => {
    const seen = view(
      {
        k_proj: [
          [0.1, -1, 0.05],
          [0, 0, 0],
        ],
        v_proj: [[-0.2, 0.3, 0.01]],
      },
      [
        [
          [-10, 0.25, 1],
          [2, 0, -3],
        ],
        [[0, -0.5, 0]],
      ],
    );
    const before = memory().numTensors;
    const { edits } = await smoothquant({ sites: ['qkv'] }).propose(seen, context);
    expect(memory().numTensors).toBe(before);
    expect(edits).toEqual([
      {
        op: 'scale',
        producer: `${layer}.input_layernorm`,
        consumers: stages[0]?.map(({ name }) => name),
        factors: expect.any(Float32Array),
      },
    ]);
    closeTo((edits[0] as { factors: Float32Array }).factors, [9.012505, 0.554785, 3.987563]);
  });

  test('smooths both sites unless told otherwise', async () => {
    const { edits } = await smoothquant().propose(view({}, [[[1, 1, 1]]]), context);
    expect(edits.map((edit) => edit.op === 'scale' && edit.producer)).toEqual([
      `${layer}.input_layernorm`,
      `${layer}.post_attention_layernorm`,
    ]);
  });

  test('refuses to work without calibration text, by the name of the norm', async () => {
    const before = memory().numTensors;
    await expect(smoothquant().propose(view({}, []), context)).rejects.toMatchObject({
      code: 'calibration/no-inputs',
      message: expect.stringContaining('model.layers.0.input_layernorm'),
    });
    expect(memory().numTensors).toBe(before);
  });

  test('warns where activations stay in float', () => {
    const model = { blocks: [info] };
    const scheme = { weight: { bits: 8 } };
    const linears = new Map(stages.flat().map(({ name }) => [name, scheme]));
    const { issues } = smoothquant().plan(model as never, { linears } as never, {
      tokens: 10,
      bytes: 0,
    });
    expect(issues).toMatchObject([
      { severity: 'warning', code: 'smoothquant/float-activations', subject: stages[0]?.[0]?.name },
    ]);
  });

  test.each([
    [{ alpha: 1.5 }, 'smoothquant: alpha is 1.5; it must be at most 1.'],
    [{ alfa: 0.5 }, 'smoothquant: alfa is not known; did you mean "alpha"?'],
    [{ sites: [] }, 'smoothquant: sites'],
    [{ sites: ['down'] }, 'smoothquant: sites'],
  ])('refuses %j', (options, message) => {
    expect(() => smoothquant(options as never)).toThrow(message);
  });
});
