import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import {
  createRandom,
  defaultClipSearch,
  dequantizeWeight,
  relativeSquaredError,
  roundToNearest,
} from '@thinkbits/numerics';
import {
  completeWeightScheme,
  type RoundingSession,
  type RoundingTarget,
  type StageContext,
  type WeightScheme,
} from '@thinkbits/spec';
import { describe, expect, test } from 'vitest';
import { type GptqOptions, gptq } from './index.js';

/** The example of methods.md §6. */
const handWeight = [
  [0.43, -0.27, 0.18, 0.61],
  [-0.35, 0.52, -0.41, 0.12],
];
const handInputs = [
  [1, 0.9, -0.2, 0.1],
  [0.8, 0.7, 0.3, 0.2],
  [-1.2, -1, 0.5, -0.4],
  [0.4, 0.5, -0.6, 1],
  [1.5, 1.4, 0.2, 0.6],
  [-0.7, -0.9, 0.1, 0.3],
];

/** Standard normal weights, and inputs to which `common` times one draw a token is added in all columns. */
function problem(name: string, rows: number, columns: number, tokens: number, common = 1) {
  const random = createRandom(name);
  const draw = (size: number) => Float32Array.from({ length: size }, () => random.normal());
  const shared = draw(tokens);
  const inputs = draw(tokens * columns).map(
    (x, i) => x + common * shared[Math.floor(i / columns)]!,
  );
  return { weight: draw(rows * columns), inputs };
}

/** Shows a session a batch and disposes it. */
async function observe(session: RoundingSession, batch: tf.Tensor2D): Promise<void> {
  await session.observe?.(batch);
  batch.dispose();
}

/** Rounds host values in a session of its own; inputs are seen in batches of 8 tokens. */
async function round(
  options: GptqOptions,
  scheme: WeightScheme,
  { weight, inputs }: { weight: Float32Array; inputs: Float32Array },
  columns: number,
) {
  const rows = weight.length / columns;
  const linear = { name: 'model.layers.0.mlp.up_proj', out: rows, in: columns, bias: false };
  const session = gptq(options).open([{ linear, scheme }], {} as StageContext);
  const tensor = tf.tensor2d(weight, [rows, columns]);
  try {
    for (let at = 0; at < inputs.length; at += 8 * columns) {
      const batch = inputs.subarray(at, at + 8 * columns);
      await observe(session, tf.tensor2d(batch, [batch.length / columns, columns]));
    }
    return (await session.finish([tensor]))[0]!;
  } finally {
    session.dispose();
    tensor.dispose();
  }
}

/** ‖X(W - Ŵ)ᵀ‖² / ‖XWᵀ‖², token by token. */
function relativeOutputError(
  { weight, inputs }: { weight: Float32Array; inputs: Float32Array },
  rounded: Float32Array,
  columns: number,
): number {
  const outputs = (values: Float32Array) => {
    const product = [];
    for (let token = 0; token < inputs.length; token += columns) {
      for (let row = 0; row < values.length; row += columns) {
        let sum = 0;
        for (let i = 0; i < columns; i++) sum += inputs[token + i]! * values[row + i]!;
        product.push(sum);
      }
    }
    return Float32Array.from(product);
  };
  return relativeSquaredError(outputs(rounded), outputs(weight));
}

describe('gptq', () => {
  test.each([
    [
      'whole rows at 2 bits',
      { bits: 2, actOrder: false },
      [
        [0.293333, 0, 0.293333, 0.586667],
        [-0.31, 0.62, -0.31, 0],
      ],
    ],
    [
      'static groups of 2 at 3 bits, by activation',
      { bits: 3, group: 2, actOrder: true, staticGroups: true },
      [
        [0.4, -0.2, 0.174286, 0.61],
        [-0.372857, 0.497143, -0.378571, 0.151429],
      ],
    ],
  ] as const)('rounds the example of methods.md §6: %s', async (_, options, expected) => {
    const weight = tf.tensor2d(handWeight);
    const inputs = handInputs.map((row) => tf.tensor2d([row]));
    const { weight: rounded } = await gptq(options).round(weight, inputs);
    tf.dispose([weight, ...inputs]);
    for (const [i, value] of dequantizeWeight(rounded).entries()) {
      expect(value).toBeCloseTo(expected.flat()[i]!, 6);
    }
  });

  test('equals rounding to nearest in every code where columns do not touch each other', async () => {
    const { weight } = problem('diagonal', 5, 20, 0);
    const inputs = new Float32Array(20 * 20);
    for (let i = 0; i < 20; i++) inputs[i * 21] = 1 + (i % 7);
    for (const clipSearch of [false, true]) {
      const scheme = completeWeightScheme({ bits: 3, group: 8 });
      const { weight: rounded } = await round({ clipSearch }, scheme, { weight, inputs }, 20);
      const search = clipSearch ? { clipSearch: defaultClipSearch } : {};
      expect(rounded).toEqual(roundToNearest(weight, 5, 20, scheme, search));
    }
  });

  test('loses less on correlated inputs than rounding to nearest, at every seed', async () => {
    for (const seed of ['a', 'b', 'c', 'd', 'e']) {
      for (const bits of [2, 3, 4] as const) {
        const given = problem(seed, 8, 40, 64);
        const scheme = completeWeightScheme({ bits, group: 20 });
        const { weight: rounded, report } = await round({}, scheme, given, 40);
        const own = relativeOutputError(given, dequantizeWeight(rounded), 40);
        const nearest = dequantizeWeight(roundToNearest(given.weight, 8, 40, scheme));
        expect(own).toBeLessThan(0.9 * relativeOutputError(given, nearest, 40));
        expect(report.relativeOutputError, 'the report').toBeCloseTo(own, 5);
        expect(report.damping).toBe(0.01);
      }
    }
  });

  // The README's figures: 3 bits in groups of 20, 40 columns. Error feedback is greedy: a single row may be luckier rounded to
  // nearest, many rows together hardly are; the less columns have to do with each other, the less there is to gain.
  test.each([
    ['correlated', 8, 256, 0],
    ['correlated', 1, 256, 28],
    ['uncorrelated', 8, 256, 0],
    ['uncorrelated', 1, 256, 35],
    ['uncorrelated', 8, 1024, 2],
  ])(
    'with %s inputs, %i rows and %i tokens, loses more than rounding to nearest in %i of 200',
    async (kind, rows, tokens, expected) => {
      const scheme = completeWeightScheme({ bits: 3, group: 20 });
      let worse = 0;
      for (let seed = 0; seed < 200; seed++) {
        const given = problem(`${kind} ${seed}`, rows, 40, tokens, kind === 'correlated' ? 1 : 0);
        const { report } = await round({}, scheme, given, 40);
        const nearest = dequantizeWeight(roundToNearest(given.weight, rows, 40, scheme));
        const own = report.relativeOutputError as number;
        if (own > relativeOutputError(given, nearest, 40)) worse++;
      }
      expect(worse).toBe(expected);
    },
  );

  test('linears that share an input are rounded as each would be alone', async () => {
    const [first, second] = [problem('first', 4, 24, 40), problem('second', 6, 24, 40)];
    const scheme = completeWeightScheme({ bits: 3 });
    const targets: RoundingTarget[] = [4, 6].map((out) => ({
      linear: { name: `linear of ${out}`, out, in: 24, bias: false },
      scheme: { ...scheme, symmetric: out === 6 },
    }));
    const session = gptq().open(targets, {} as StageContext);
    await observe(session, tf.tensor2d(first.inputs, [40, 24]));
    const weights = [tf.tensor2d(first.weight, [4, 24]), tf.tensor2d(second.weight, [6, 24])];
    const together = await session.finish(weights);
    session.dispose();
    tf.dispose(weights);
    for (const [i, { weight }] of [first, second].entries()) {
      const alone = await round({}, targets[i]!.scheme, { weight, inputs: first.inputs }, 24);
      expect(together[i]?.weight.codes).toEqual(alone.weight.codes);
    }
  });

  test('clamps weights to the clip that a transform hints at', async () => {
    const linear = { name: 'o_proj', out: 1, in: 4, bias: false };
    const scheme = completeWeightScheme({ bits: 4, symmetric: true });
    const target = {
      linear,
      scheme,
      hints: { clip: { low: Float32Array.of(-1), high: Float32Array.of(1) } },
    };
    const session = gptq().open([target], {} as StageContext);
    const weight = tf.tensor2d([[3, -0.5, 0.25, -2]]);
    await observe(session, tf.eye(4));
    const [rounded] = await session.finish([weight]);
    session.dispose();
    weight.dispose();
    expect(rounded?.weight.scales[0]).toBeCloseTo(1 / 7, 7);
    expect(Array.from(rounded!.weight.codes)).toEqual([7, -3, 2, -7]); // -3.4999…, 1.75
  });

  test('refuses to work without inputs, and on inputs that are not finite', async () => {
    const { weight } = problem('no inputs', 2, 4, 0);
    const scheme = completeWeightScheme({ bits: 4 });
    await expect(
      round({}, scheme, { weight, inputs: new Float32Array(0) }, 4),
    ).rejects.toMatchObject({
      code: 'gptq/no-inputs',
      message: expect.stringContaining('model.layers.0.mlp.up_proj'),
    });
    const inputs = Float32Array.of(1, 2, Number.NaN, 4);
    await expect(round({}, scheme, { weight, inputs }, 4)).rejects.toMatchObject({
      code: 'hessian/not-finite',
      message: expect.stringContaining('model.layers.0.mlp.up_proj'),
    });
  });

  test.each([
    [{ bits: 9 }, 'gptq: bits is 9; it must be at most 8.'],
    [{ actorder: true }, 'gptq: actorder is not known; did you mean "actOrder"?'],
    [{ group: 128 }, 'gptq: bits is missing; it goes with group.'],
    [{ damping: -1 }, 'gptq: damping is -1'],
    [{ dampingIncrement: 0 }, 'gptq: dampingIncrement is 0'],
  ])('refuses %j', (options, message) => {
    expect(() => gptq(options as never)).toThrow(message);
  });

  test('completes its options; static groups go with the order of activation', () => {
    const common = { clipSearch: false, damping: 0.01, dampingIncrement: 0.0015, blockSize: 128 };
    expect(gptq().options).toEqual({ ...common, actOrder: true, staticGroups: true });
    expect(gptq({ actOrder: false }).options).toMatchObject({ staticGroups: false });
    expect(gptq({ bits: 3, group: 64, staticGroups: false, clipSearch: true }).options).toEqual({
      bits: 3,
      group: 64,
      symmetric: false,
      range: 'zero-inclusive',
      ...common,
      actOrder: true,
      staticGroups: false,
      clipSearch: defaultClipSearch,
    });
  });

  test('has nothing to round a lone weight to when no bits are given', async () => {
    const weight = tf.tensor2d([[1]]);
    await expect(gptq().round(weight, [weight])).rejects.toMatchObject({ code: 'gptq/no-bits' });
    weight.dispose();
  });

  test('plans the Hessian of the widest input and its factor', () => {
    const linear = (name: string, columns: number) => ({ name, out: 8, in: columns, bias: false });
    const stages = [[linear('q_proj', 100)], [linear('down_proj', 500)]];
    const model = { blocks: [{ index: 0, stages, folds: [] }], head: linear('lm_head', 100) };
    const scheme = completeWeightScheme({ bits: 4, group: 64 });
    const linears = new Map(stages.flat().map(({ name }) => [name, { weight: scheme }]));
    const plan = gptq().plan(model as never, { linears }, { tokens: 1000, bytes: 0 });
    // the Hessian and its factor, with one linear of 20 bytes a weight and its result
    expect(plan.peakBytes).toBe(2 * 4 * 500 ** 2 + 20 * 8 * 500 + 8 * 500 + 8 * 8 * 8);
    expect(plan.flops).toBeGreaterThan(1000 * (100 ** 2 + 500 ** 2));
    expect(plan.productFlops).toBe(plan.flops - 6 * 8 * 600);
    expect(plan.issues.map(({ code, subject }) => [code, subject])).toEqual([
      ['group/ragged', 'q_proj'],
      ['group/ragged', 'down_proj'],
    ]);
  });
});
