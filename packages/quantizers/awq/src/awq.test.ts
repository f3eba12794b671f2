import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { dequantizeWeight, roundToNearest } from '@thinkbits/numerics';
import { completeWeightScheme, type WeightScheme } from '@thinkbits/spec';
import { describe, expect, test } from 'vitest';
import { context, linearView, matrixOf, normal, type Values } from './__fixtures__/linear-view.js';
import { awq } from './awq.js';

const grid = (more: Partial<WeightScheme> = {}) =>
  completeWeightScheme({ bits: 3, group: 16, range: 'min-max', ...more });
const [rows, columns] = [24, 64];
const weight = normal('weight', rows, columns);
/** Correlated inputs with a few outlier channels, as hidden states have them. */
function inputs(tokens: number, seed: string): Values {
  const own = normal(seed, tokens, columns);
  const shared = normal(`${seed} shared`, tokens, 1);
  return matrixOf(tokens, columns, (i) => {
    const [token, column] = [Math.floor(i / columns), i % columns];
    const common = shared.values[token] as number;
    return ((own.values[i] as number) + 2 * common) * (column % 17 === 3 ? 25 : 1);
  });
}

/** The mean squared difference of the output, computed from the outputs themselves. */
function outputError(found: Float32Array, batches: readonly Values[]): number {
  let [sum, count] = [0, 0];
  for (const batch of batches) {
    for (let token = 0; token < batch.rows; token++) {
      for (let row = 0; row < rows; row++) {
        let difference = 0;
        for (let c = 0; c < columns; c++) {
          const lost =
            (found[row * columns + c] as number) - (weight.values[row * columns + c] as number);
          difference += (batch.values[token * columns + c] as number) * lost;
        }
        sum += difference ** 2;
        count++;
      }
    }
  }
  return sum / count;
}

const plainly = (scheme: WeightScheme) =>
  dequantizeWeight(roundToNearest(weight.values, rows, columns, scheme));

describe('the scale search', () => {
  const batches = [inputs(40, 'a'), inputs(17, 'b')];

  test('loses at ratio 0 what rounding to nearest loses, and at its best much less', async () => {
    const scheme = grid();
    const view = linearView(weight, batches, scheme);
    const [found] = await awq().searchScales(view, context);
    const plain = outputError(plainly(scheme), batches);
    expect(found!.losses[0]! / plain).toBeCloseTo(1, 4);
    expect(found!.unscaledLoss).toBe(found!.losses[0]);
    expect(Math.min(...found!.losses)).toBeLessThan(plain / 2);
    expect(found!.ratio).toBe(found!.losses.indexOf(Math.min(...found!.losses)) / 20);
    expect(found!.losses).toHaveLength(20);
  });

  test('its losses are those of the weights as they would be', async () => {
    const scheme = grid({ group: 24 }); // ragged
    const [found] = await awq({ ratioGrid: 4 }).searchScales(
      linearView(weight, batches, scheme),
      context,
    );
    const { scales, ratio } = found!;
    const scaled = weight.values.map((value, i) => value * scales[i % columns]!);
    const back = dequantizeWeight(roundToNearest(scaled, rows, columns, scheme)).map(
      (value, i) => value / scales[i % columns]!,
    );
    expect(found!.losses[ratio! * 4]! / outputError(back, batches)).toBeCloseTo(1, 4);
  });

  test('with one ratio and no clip nothing is changed: rounding to nearest', async () => {
    const view = linearView(weight, batches, grid());
    const { edits, hints } = await awq({ ratioGrid: 1, clip: false }).propose(view, context);
    expect(edits).toMatchObject([{ op: 'scale', producer: 'up_proj', consumers: ['down_proj'] }]);
    for (const edit of edits) {
      expect(edit.op === 'scale' && edit.factors.every((factor) => factor === 1)).toBe(true);
    }
    expect(hints?.size).toBe(0);
  });

  test('with duo scaling no scales at all stay a candidate', async () => {
    const scheme = grid();
    const view = linearView(weight, batches, scheme);
    const [found] = await awq({ duoScaling: true, ratioGrid: 3 }).searchScales(view, context);
    expect(found!.unscaledLoss / outputError(plainly(scheme), batches)).toBeCloseTo(1, 4);
    expect(found!.losses[0]).not.toBe(found!.unscaledLoss);
    // Only the columns with the largest weights are read: making the others as large as they are can only harm them.
    const outliers = normal('outliers', rows, columns, (c) => (c % 16 === 0 ? 40 : 1));
    const loud = matrixOf(4, columns, (i) =>
      i % columns === 16 * Math.floor(i / columns) ? 1 : 0,
    );
    const narrow = linearView(outliers, [loud], grid({ symmetric: true }));
    const [harmed] = await awq({ duoScaling: true, ratioGrid: 1 }).searchScales(narrow, context);
    expect(harmed!.losses[0]).toBeGreaterThan(harmed!.unscaledLoss);
    expect(harmed!.ratio).toBeUndefined();
    expect(harmed!.scales.every((scale) => scale === 1)).toBe(true);
  });

  test('passes over a linear that stays in float, and over v into o where shapes differ', async () => {
    const view = linearView(weight, batches, grid());
    const unrounded = { ...view, schemes: new Map() };
    expect(await awq().propose(unrounded, context)).toEqual({ edits: [], hints: new Map() });
    const value = { name: 'v_proj', out: columns, in: rows, bias: false };
    const output = { name: 'o_proj', out: rows, in: columns, bias: false };
    const attention = (v: typeof value) => ({
      ...view,
      info: {
        index: 0,
        stages: [[v], [output], [], []],
        folds: [{ from: 'v_proj', into: ['o_proj'], kind: 'linear' as const }],
      },
      schemes: new Map([['o_proj', { weight: grid() }]]),
    });
    const same = attention({ ...value, out: rows, in: columns });
    expect(await awq({ ratioGrid: 2 }).searchScales(same, context)).toHaveLength(1);
    expect(await awq({ ratioGrid: 2 }).searchScales(attention(value), context)).toHaveLength(0);
    const off = awq({ ratioGrid: 2, valueToOutput: false });
    expect(await off.searchScales(same, context)).toHaveLength(0);
  });

  test('refuses to search without inputs, and without one finite loss', async () => {
    const silent = linearView(weight, [], grid());
    await expect(awq().searchScales(silent, context)).rejects.toMatchObject({
      code: 'awq/no-inputs',
      message: expect.stringContaining('down_proj'),
    });
    const loud = linearView(weight, [matrixOf(2, columns, () => 1e30)], grid());
    await expect(awq().searchScales(loud, context)).rejects.toMatchObject({
      code: 'awq/not-finite',
    });
  });
});

describe('the clip search', () => {
  test('cuts an outlier whose input is silent, and keeps one that matters', async () => {
    // two groups of four; the first has its outlier where inputs are nearly silent, the second where they are loud
    const spiky = matrixOf(1, 8, (i) => [0.3, -0.52, 0.41, 4, 0.3, -0.52, 0.41, 4][i]!);
    const batch = matrixOf(64, 8, (i) => {
      const [token, column] = [Math.floor(i / 8), i % 8];
      const loud = column === 7 ? 10 : column === 3 ? 1e-4 : 1;
      return loud * Math.sin(1 + token * (column + 1));
    });
    const view = linearView(spiky, [batch], grid({ bits: 3, group: 4 }));
    const clips = await awq().searchClips(view, [], context);
    const { bounds, steps, errors } = clips.get('down_proj')!;
    expect(bounds[0]).toBeLessThan(3);
    expect(bounds[1]).toBe(4);
    expect(steps[0]).toBeGreaterThan(4);
    expect(steps[1]).toBe(0);
    expect(errors[0]).toBeLessThan(errors[1] as number);
  });

  test('reports the mean over tokens of what a group loses', async () => {
    const [first] = [inputs(9, 'clip')];
    const scheme = grid({ group: 'channel' });
    const clips = await awq({ clipGrid: 1 }).searchClips(
      linearView(weight, [first], scheme),
      [],
      context,
    );
    const { bounds, errors } = clips.get('down_proj')!;
    expect(bounds).toHaveLength(rows);
    const total = errors.reduce((sum, error) => sum + error, 0);
    expect(total / rows / outputError(plainly(scheme), [first])).toBeCloseTo(1, 4);
  });

  test('takes every n-th token over all batches, and all where there are few', async () => {
    const batches = [inputs(7, 'one'), inputs(12, 'two')];
    const stride = 3; // 19 tokens, 6 wanted: tokens 0, 3, 6, then 9, 12, 15, 18, which are 2, 5, 8, 11 of the second batch
    const rowsOf = (batch: Values, wanted: readonly number[]) =>
      matrixOf(wanted.length, columns, (i) => {
        const token = wanted[Math.floor(i / columns)] as number;
        return batch.values[token * columns + (i % columns)] as number;
      });
    const [one, two] = batches as [Values, Values];
    const sampled = [rowsOf(one, [0, 3, 6]), rowsOf(two, [2, 5, 8, 11])];
    const search = (clipTokens: number, given: readonly Values[]) =>
      awq({ clipTokens }).searchClips(linearView(weight, given, grid()), [], context);
    expect(Math.floor(19 / 6)).toBe(stride);
    expect(await search(6, batches)).toEqual(await search(7, sampled));
    expect(await search(512, sampled)).toEqual(await search(7, sampled));
  });

  test('leaves out what it is told to', async () => {
    const view = linearView(weight, [inputs(8, 'c')], grid());
    const { hints } = await awq({ ratioGrid: 1, unclipped: ['down_proj'] }).propose(view, context);
    expect(hints?.size).toBe(0);
    const { hints: all } = await awq({ ratioGrid: 1 }).propose(view, context);
    const { low, high } = all!.get('down_proj')!.clip!;
    expect(low).toEqual(high.map((bound) => -bound));
  });
});

test('holds no tensors afterwards, nor when it is stopped', async () => {
  const view = linearView(weight, [inputs(8, 'd')], grid());
  const before = tf.memory().numTensors;
  await awq({ ratioGrid: 3 }).propose(view, context);
  expect(tf.memory().numTensors).toBe(before);
  const stopped = { ...context, signal: AbortSignal.abort() };
  await expect(awq().propose(view, stopped)).rejects.toMatchObject({ code: 'run/aborted' });
  expect(tf.memory().numTensors).toBe(before);
});

test.each([
  [{ ratioGrid: 0 }, 'awq: ratioGrid is 0; it must be at least 1.'],
  [{ clipShrink: 1 }, 'awq: clipShrink is 1; it must be less than 1.'],
  [{ duoscaling: true }, 'awq: duoscaling is not known; did you mean "duoScaling"?'],
  [{ bits: 4 }, 'awq: bits is not known'],
])('refuses %j', (options, message) => {
  expect(() => awq(options as never)).toThrow(message);
});
