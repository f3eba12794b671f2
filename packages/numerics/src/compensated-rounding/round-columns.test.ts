import { completeWeightScheme } from '@thinkbits/spec';
import { describe, expect, test } from 'vitest';
import { identity, normalMatrix, testHessian } from '../__fixtures__/matrices.js';
import { defaultClipSearch } from '../clip-search.js';
import { dequantizeWeight } from '../dequantize-weight.js';
import { quadraticTrace } from '../linear-algebra/quadratic-trace.js';
import { roundToNearest } from '../round-to-nearest.js';
import { type PrepareColumnsOptions, prepareColumns } from './prepare-columns.js';
import { type RoundColumnsOptions, roundColumns } from './round-columns.js';

const [rows, columns] = [6, 150];
const weight = normalMatrix('weight', rows, columns);
const damped = { actOrder: true, damping: 0.01, dampingIncrement: 0.0015, subject: 'a linear' };
const high = normalMatrix('clip', rows, 5).map(Math.abs);
const bounds = { low: high.map((bound) => -bound / 2), high };
const how = { staticGroups: true, clipSearch: false, blockSize: 128 } as const;
const scheme = completeWeightScheme({ bits: 3, group: 32 });

/** Rounds the weight for a Hessian. */
async function round(
  hessian: Float32Array,
  grid = scheme,
  options: Partial<RoundColumnsOptions> = {},
  preparing: Partial<PrepareColumnsOptions> = {},
) {
  const prepared = await prepareColumns(hessian, columns, { ...damped, ...preparing });
  return roundColumns(weight, rows, columns, grid, prepared, { ...how, ...options });
}

/** A Hessian whose columns do not touch each other, none like another. */
const diagonal = identity(columns).map((value, i) => value * (1 + ((i * 7919) % 97)));

describe('with a diagonal Hessian nothing spreads: rounding to nearest', () => {
  test.each([
    ['groups, a ragged last one', scheme, {}],
    ['whole rows', completeWeightScheme({ bits: 4 }), {}],
    ['symmetric', completeWeightScheme({ bits: 3, symmetric: true, group: 50 }), {}],
    ['min-max', completeWeightScheme({ bits: 4, group: 10, range: 'min-max' }), {}],
    ['a clip search', scheme, { clipSearch: defaultClipSearch }],
    ['clipped', scheme, { clip: bounds }],
    ['scales found on the way', scheme, { staticGroups: false }],
  ])('%s', async (_, grid, options) => {
    const actOrder = !('staticGroups' in options);
    const rounded = await round(diagonal, grid, options, { actOrder });
    const plain = 'clipSearch' in options ? { clipSearch: defaultClipSearch } : {};
    const clip = 'clip' in options ? { clip: bounds } : {};
    expect(rounded).toEqual(roundToNearest(weight, rows, columns, grid, { ...plain, ...clip }));
  });

  test('groups in the order of activation gather columns from everywhere', async () => {
    const rounded = await round(diagonal, scheme, { staticGroups: false });
    const prepared = await prepareColumns(diagonal, columns, damped);
    const { order } = prepared;
    // the same as rounding the weight with its columns in that order
    const ordered = weight.map((_, i) => weight[i - (i % columns) + order[i % columns]!]!);
    const plain = roundToNearest(ordered, rows, columns, scheme);
    expect(rounded.scales).toEqual(plain.scales);
    expect(rounded.zeros).toEqual(plain.zeros);
    for (const [position, column] of order.entries()) {
      expect(rounded.groupIndex?.[column]).toBe(Math.floor(position / 32));
      for (let row = 0; row < rows; row++) {
        expect(rounded.codes[row * columns + column]).toBe(plain.codes[row * columns + position]);
      }
    }
  });
});

describe('with correlated columns', () => {
  const hessian = testHessian('correlated', columns, 80);
  const drift = normalMatrix('drift', columns, columns).map((value) => value / 100);

  test.each([
    ['static groups', { staticGroups: true }, {}],
    ['dynamic groups that cross blocks', { staticGroups: false }, { actOrder: false }],
    ['drift', {}, { drift }],
  ])('block sizes change nothing: %s', async (_, options, preparing) => {
    const whole = await round(hessian, scheme, { ...options, blockSize: columns }, preparing);
    for (const blockSize of [1, 20, 128]) {
      const cut = await round(hessian, scheme, { ...options, blockSize }, preparing);
      expect(cut.codes, `blocks of ${blockSize}`).toEqual(whole.codes);
      for (const [i, scale] of cut.scales.entries()) expect(scale).toBeCloseTo(whole.scales[i]!, 5);
    }
  });

  test('loses less than rounding to nearest, at every width and in every way of grouping', async () => {
    const lossOf = (rounded: Parameters<typeof dequantizeWeight>[0]) => {
      const back = dequantizeWeight(rounded);
      return quadraticTrace(
        back.map((value, i) => value - weight[i]!),
        rows,
        hessian,
        columns,
      );
    };
    for (const bits of [2, 3, 4, 8] as const) {
      const grid = { ...scheme, bits };
      const nearest = await lossOf(roundToNearest(weight, rows, columns, grid));
      for (const staticGroups of [true, false]) {
        for (const actOrder of [true, false]) {
          const loss = await lossOf(await round(hessian, grid, { staticGroups }, { actOrder }));
          expect(loss, `${bits} bits, ${staticGroups}, ${actOrder}`).toBeLessThan(0.7 * nearest);
        }
      }
    }
  });

  test('dead columns become 0 and disturb nothing', async () => {
    const dead = [3, 149];
    const without = hessian.map((value, i) =>
      dead.includes(i % columns) || dead.includes(Math.floor(i / columns)) ? 0 : value,
    );
    const back = dequantizeWeight(await round(without));
    for (let row = 0; row < rows; row++) {
      for (const column of dead) expect(back[row * columns + column]).toBe(0);
    }
  });

  test('refuses weights that are not finite and says where', async () => {
    const prepared = await prepareColumns(hessian, columns, damped);
    const wrong = weight.slice();
    wrong[columns + 7] = Number.NaN;
    await expect(roundColumns(wrong, rows, columns, scheme, prepared, how)).rejects.toMatchObject({
      code: 'weight/not-finite',
      details: { row: 1, column: 7 },
    });
  });

  test('refuses a group that no row can fill', async () => {
    await expect(round(hessian, { ...scheme, group: 151 })).rejects.toMatchObject({
      code: 'group/larger-than-row',
    });
  });

  test('stops between blocks when it is aborted', async () => {
    const stop = new AbortController();
    const prepared = await prepareColumns(hessian, columns, damped);
    const subtractProduct = () => stop.abort();
    const options = { ...how, blockSize: 50, subtractProduct, signal: stop.signal };
    await expect(
      roundColumns(weight, rows, columns, scheme, prepared, options),
    ).rejects.toMatchObject({ code: 'run/aborted' });
  });
});
