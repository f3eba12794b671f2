import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { createRandom, defaultClipSearch, dequantizeWeight } from '@thinkbits/numerics';
import type { RoundingTarget, StageContext, WeightScheme } from '@thinkbits/spec';
import { describe, expect, test } from 'vitest';
import { rtn } from './rtn.js';

const scheme: WeightScheme = { bits: 4, group: 4, symmetric: false, range: 'zero-inclusive' };

const target = (rows: number, columns: number, hints = {}): RoundingTarget => ({
  linear: { name: 'q_proj', out: rows, in: columns, bias: false },
  scheme,
  ...hints,
});

const context = (signal?: AbortSignal): StageContext =>
  ({
    random: createRandom(0),
    emit() {},
    ...(signal && { signal }),
  }) as Partial<StageContext> as StageContext;

describe('rtn', () => {
  test('rounds the example of methods.md §6', async () => {
    const weight = tf.tensor2d([[-1, 0.5, 2, 0.1, -0.35, 1.25]]);
    const q = await rtn({ bits: 4 }).round(weight);
    weight.dispose();
    expect(Array.from(q.codes)).toEqual([0, 7, 15, 5, 3, 11]);
    expect(Array.from(q.zeros ?? [])).toEqual([5]);
    expect(q.scales[0]).toBeCloseTo(0.2, 7);
    expect(q.scheme).toEqual({
      bits: 4,
      group: 'channel',
      symmetric: false,
      range: 'zero-inclusive',
    });
  });

  test('rounds the symmetric example of methods.md §6', async () => {
    const weight = tf.tensor2d([[-1, 0.5, 2, 0.1, -0.35, 1.25]]);
    const q = await rtn({ bits: 4, symmetric: true }).round(weight);
    weight.dispose();
    // the section is in float64, where -1 / (2/7) is a tie and goes to -4; the float32 scale is a little above 2/7
    expect(Array.from(q.codes)).toEqual([-3, 2, 7, 0, -1, 4]);
    expect(q.zeros).toBeUndefined();
  });

  test('the clip search finds the ratio of methods.md §6', async () => {
    const weight = tf.tensor2d([[0.1, -0.2, 0.3, 0.05, -0.15, 0.25, -0.3, 3]]);
    const q = await rtn({ bits: 4, symmetric: true, clipSearch: true }).round(weight);
    weight.dispose();
    expect(q.scales[0]).toBeCloseTo((0.98 * 3) / 7, 6);
  });

  test('says what it lost on the weights, and on the outputs when it saw inputs', async () => {
    const inputs = [
      [1, 0, 0, 0],
      [0, 2, 0, 0],
    ];
    // 15 levels of 0.1 from 0: 0.03 is lost in the first column, nothing in the others
    const [weight, batch] = [tf.tensor2d([[0.43, 0, 1.5, 0.7]]), tf.tensor2d(inputs)];
    const session = rtn().open([target(1, 4)], context());
    await session.observe?.(batch);
    const [rounded] = await session.finish([weight]);
    session.dispose();
    expect(rounded?.report.relativeWeightError).toBeCloseTo(
      0.0009 / (0.43 ** 2 + 1.5 ** 2 + 0.7 ** 2),
      6,
    );
    expect(rounded?.report.relativeOutputError).toBeCloseTo(0.0009 / 0.43 ** 2, 5);
    tf.dispose([weight, batch]);
  });

  test('the output error of batches is that of all tokens together', async () => {
    const random = createRandom('inputs');
    const draw = (rows: number, columns: number) =>
      tf.tensor2d(
        Float32Array.from({ length: rows * columns }, () => random.normal()),
        [rows, columns],
      );
    const [weight, first, second] = [draw(3, 8), draw(5, 8), draw(7, 8)];
    const session = rtn().open([target(3, 8)], context());
    await session.observe?.(first);
    await session.observe?.(second);
    const [rounded] = await session.finish([weight]);
    session.dispose();
    const expected = tf.tidy(() => {
      const inputs = tf.concat([first, second]);
      const back = tf.tensor2d(dequantizeWeight(rounded!.weight), [3, 8]);
      const output = tf.matMul(inputs, weight, false, true);
      const difference = tf.sub(tf.matMul(inputs, back, false, true), output);
      return tf
        .div(tf.sum(tf.square(difference)), tf.sum(tf.square(output)))
        .dataSync()[0] as number;
    });
    expect(rounded?.report.relativeOutputError).toBeCloseTo(expected, 6);
    tf.dispose([weight, first, second]);
  });

  test('clamps weights to the clip that a transform hints at', async () => {
    const weight = tf.tensor2d([[3, -0.5, 0.25, -2]]);
    const clip = { low: Float32Array.of(-1), high: Float32Array.of(1) };
    const session = rtn().open([target(1, 4, { hints: { clip } })], context());
    const [rounded] = await session.finish([weight]);
    session.dispose();
    weight.dispose();
    // [-1, 1] in 15 steps; the float32 step is a little above 2/15, so the zero point goes from 7.5 to 7
    expect(rounded?.weight.scales[0]).toBeCloseTo(2 / 15, 7);
    expect(Array.from(rounded?.weight.codes ?? [])).toEqual([14, 3, 9, 0]);
  });

  test.each([
    [{ bits: 9 }, 'rtn: bits is 9; it must be at most 8.'],
    [{ bit: 4 }, 'rtn: bit is not known; did you mean "bits"?'],
    [{ group: 128 }, 'rtn: bits is missing; it goes with group.'],
    [{ clipSearch: { norm: 2 } }, 'rtn: 2 problems:'],
  ])('refuses %j', (options, message) => {
    expect(() => rtn(options as never)).toThrow(message);
  });

  test('completes its options', () => {
    expect(rtn().options).toEqual({ clipSearch: false });
    expect(rtn({ bits: 3, group: 64, clipSearch: true }).options).toEqual({
      bits: 3,
      group: 64,
      symmetric: false,
      range: 'zero-inclusive',
      clipSearch: defaultClipSearch,
    });
  });

  test('has nothing to round a lone weight to when no bits are given', async () => {
    const weight = tf.tensor2d([[1]]);
    await expect(rtn().round(weight)).rejects.toMatchObject({ code: 'rtn/no-bits' });
    weight.dispose();
  });
});

describe('plan', () => {
  const linear = (name: string, columns: number) => ({ name, out: 8, in: columns, bias: false });
  const head = linear('lm_head', 16);
  const stages = [[linear('q_proj', 100), linear('k_proj', 128)], [linear('o_proj', 32)]];
  const model = { blocks: [{ index: 0, stages, folds: [] }], head } as never;
  const schemeOf = (group: number | 'channel') => ({
    linears: new Map(stages.flat().map(({ name }) => [name, { weight: { ...scheme, group } }])),
  });
  const budget = { tokens: 0, bytes: 0 };

  test('reports ragged groups, and groups that no row can fill', () => {
    const { issues } = rtn().plan(model, schemeOf(64), budget);
    expect(issues.map(({ severity, code, subject }) => [severity, code, subject])).toEqual([
      ['info', 'group/ragged', 'q_proj'],
      ['error', 'group/larger-than-row', 'o_proj'],
    ]);
    expect(issues[0]?.message).toContain('a last group of 36');
  });

  test('counts a float copy and the values read back beside the codes of the stage', () => {
    const { issues, peakBytes } = rtn().plan(model, schemeOf('channel'), budget);
    expect(issues).toEqual([]);
    // codes of q and k, 8 scales and zeros each, and 8 bytes a weight for k
    expect(peakBytes).toBe(8 * 228 + 2 * 8 * 8 + 8 * 8 * 128);
  });
});
