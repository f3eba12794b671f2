import type { WeightScheme } from '@thinkbits/spec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultClipSearch } from './clip-search.js';
import { dequantizeWeight } from './dequantize-weight.js';
import { createRandom } from './random.js';
import { relativeSquaredError } from './relative-error.js';
import { roundToNearest } from './round-to-nearest.js';

const scheme = (more: Partial<WeightScheme> = {}): WeightScheme => ({
  bits: 4,
  group: 'channel',
  symmetric: false,
  range: 'zero-inclusive',
  ...more,
});
const round = (values: number[], more?: Partial<WeightScheme>, options = {}) =>
  roundToNearest(Float32Array.from(values), 1, values.length, scheme(more), options);

/** Bounds [low, high] of each group. */
const within = (...bounds: [number, number][]) => ({
  low: Float32Array.from(bounds, ([low]) => low),
  high: Float32Array.from(bounds, ([, high]) => high),
});

function gaussian(size: number, name: string): Float32Array {
  const random = createRandom(name);
  return Float32Array.from({ length: size }, () => random.normal());
}

/** Σ |ŵ - w|^2.4 */
const searchedError = (values: Float32Array, back: Float32Array) =>
  values.reduce((sum, value, i) => sum + Math.abs(back[i]! - value) ** 2.4, 0);

describe('roundToNearest', () => {
  test('the examples of methods.md §6 for the two ranges', () => {
    const zeroInclusive = round([5, 5.2, 5.9, 6], { bits: 3 });
    expect(Array.from(zeroInclusive.codes)).toEqual([6, 6, 7, 7]);
    expect(zeroInclusive.scales[0]).toBeCloseTo(6 / 7, 6);
    const minMax = round([5, 5.2, 5.9, 6], { bits: 3, range: 'min-max' });
    expect(Array.from(minMax.codes)).toEqual([7, 7, 7, 7]);
    expect(Array.from(minMax.zeros!)).toEqual([0]);
    expect(dequantizeWeight(minMax)[0]).toBeCloseTo(1, 6);
  });

  test('the examples of methods.md §6 for the clip search', () => {
    const values = [0.1, -0.2, 0.3, 0.05, -0.15, 0.25, -0.3, 3];
    const symmetric = round(values, { symmetric: true }, { clipSearch: defaultClipSearch });
    expect(symmetric.scales[0]).toBeCloseTo(0.42, 6);
    expect(searchedError(Float32Array.from(values), dequantizeWeight(symmetric))).toBeCloseTo(
      0.0640092,
      6,
    );
    const asymmetric = round(values, { bits: 3 }, { clipSearch: defaultClipSearch });
    expect(asymmetric.scales[0]).toBeCloseTo(0.4714286, 6);
    expect(asymmetric.zeros![0]).toBe(1);
    expect(searchedError(Float32Array.from(values), dequantizeWeight(asymmetric))).toBeCloseTo(
      0.1066518,
      6,
    );
  });

  test('the search finds the least error of all ratios', () => {
    const values = gaussian(96, 'search');
    const limits = [Math.min(...values), Math.max(...values)] as const;
    const found = roundToNearest(values, 1, 96, scheme({ bits: 3 }), {
      clipSearch: defaultClipSearch,
    });
    // the same grids by hand, in float64
    const errors = Array.from({ length: 80 }, (_, i) => {
      const [low, high] = limits.map((limit) => (1 - i / 100) * limit) as [number, number];
      const scale = (high - low) / 7;
      const zero = Math.round(-low / scale);
      return values.reduce((sum, value) => {
        const code = Math.min(Math.max(Math.round(value / scale) + zero, 0), 7);
        return sum + Math.abs(scale * (code - zero) - value) ** 2.4;
      }, 0);
    });
    expect(searchedError(values, dequantizeWeight(found))).toBeCloseTo(Math.min(...errors), 4);
  });

  test('every weight within reach is at most half a step away', () => {
    const inputs = fc.record({
      bits: fc.constantFrom(2, 3, 4, 5, 6, 7, 8) as fc.Arbitrary<WeightScheme['bits']>,
      symmetric: fc.boolean(),
      values: fc.array(fc.float({ min: -100, max: 100, noNaN: true }), {
        minLength: 1,
        maxLength: 40,
      }),
      group: fc.integer({ min: 1, max: 12 }),
    });
    fc.assert(
      fc.property(inputs, ({ values, group, ...more }) => {
        const size = Math.min(group, values.length);
        const q = round(values, { ...more, group: size });
        const back = dequantizeWeight(q);
        const [lowest, highest] = more.symmetric
          ? [-(2 ** (more.bits - 1)), 2 ** (more.bits - 1) - 1]
          : [0, 2 ** more.bits - 1];
        for (const [i, value] of Float32Array.from(values).entries()) {
          const scale = q.scales[Math.floor(i / size)]!;
          const zero = q.zeros?.[Math.floor(i / size)] ?? 0;
          const code = q.codes[i]!;
          expect(code >= lowest && code <= highest).toBe(true);
          // the zero point is rounded, so either end may lie half a step beyond the grid
          expect(Math.abs(back[i]! - value) / scale).toBeLessThanOrEqual(
            more.symmetric ? 0.5001 : 1.0001,
          );
          const inside = value >= scale * (lowest - zero) && value <= scale * (highest - zero);
          if (inside) expect(Math.abs(back[i]! - value) / scale).toBeLessThanOrEqual(0.5001);
        }
      }),
    );
  });

  test('a last group may be shorter: each group is that of its own columns', () => {
    const values = gaussian(2 * 11, 'ragged');
    const whole = roundToNearest(values, 2, 11, scheme({ group: 4 }));
    expect(whole.scales.length).toBe(6);
    for (const [row, start, end] of [
      [0, 8, 11],
      [1, 4, 8],
    ] as const) {
      const part = values.slice(row * 11 + start, row * 11 + end);
      const alone = roundToNearest(part, 1, part.length, scheme());
      expect(whole.codes.slice(row * 11 + start, row * 11 + end)).toEqual(alone.codes);
      expect(whole.scales[row * 3 + start / 4]).toBe(alone.scales[0]);
    }
  });

  test('symmetric codes use the whole two’s complement range', () => {
    // scale 7/7 = 1 from the positive end; -7.6 would be cut to -8 only if it were the larger end
    const clipped = round([7, -7.6, 1], { symmetric: true }, { clip: within([-7.4, 7.4]) });
    expect(Array.from(clipped.codes)).toEqual([7, -7, 1]);
    expect(Array.from(round([-8, 7, 0.1], { symmetric: true }).codes)).toEqual([-7, 6, 0]);
  });

  test('clamping comes before the range is found, per group', () => {
    const clip = within([-2, 2], [-100, 100]);
    const q = round([4, -1, 8, 2], { group: 2, symmetric: true }, { clip });
    expect(q.scales[0]).toBeCloseTo(2 / 7, 6);
    expect(q.scales[1]).toBeCloseTo(8 / 7, 6);
  });

  test('the two ends of a group are clamped apart from each other', () => {
    const q = round([9, -9, 1, 2], {}, { clip: within([-5, 10]) });
    expect(q.scales[0]).toBeCloseTo(14 / 15, 6); // of [-5, 9]
    expect(Array.from(q.codes)).toEqual([15, 0, 6, 7]);
    const inside = round([9, -9, 1, 2], {}, { clip: within([1, 3]) });
    expect(Array.from(dequantizeWeight(inside))).toEqual([3, 1, 1, 2]);
  });

  test('does not change the weight', () => {
    const values = gaussian(8, 'unchanged');
    const copy = values.slice();
    roundToNearest(values, 1, 8, scheme(), {
      clip: within([-0.1, 0.1]),
      clipSearch: defaultClipSearch,
    });
    expect(values).toEqual(copy);
  });

  test.each([
    ['a width of 1', () => round([1], { bits: 1 as never }), 'numerics/bits'],
    ['another shape', () => roundToNearest(new Float32Array(5), 2, 3, scheme()), 'numerics/length'],
    [
      'a clip of another shape',
      () => round([1, 2], {}, { clip: within([0, 1], [0, 1]) }),
      'numerics/length',
    ],
    ['a group of 0', () => round([1, 2], { group: 0 }), 'group/size'],
    ['a group larger than a row', () => round([1, 2], { group: 3 }), 'group/larger-than-row'],
    ['NaN', () => round([1, Number.NaN]), 'weight/not-finite'],
    ['an infinity', () => round([1, Number.NEGATIVE_INFINITY]), 'weight/not-finite'],
  ])('refuses %s', (_, run, code) => {
    expect(run).toThrow(expect.objectContaining({ code }));
  });

  test('says where a weight is not finite', () => {
    const values = new Float32Array(6).fill(1);
    values[4] = Number.NaN;
    expect(() => roundToNearest(values, 2, 3, scheme())).toThrow('NaN at row 1, column 1');
  });
});

describe('dequantizeWeight', () => {
  test('follows the group index of columns', () => {
    const q = {
      rows: 1,
      columns: 4,
      scheme: scheme({ group: 2 }),
      codes: Uint8Array.of(3, 3, 5, 5),
      scales: Float32Array.of(0.5, 2),
      zeros: Float32Array.of(1, 4),
      groupIndex: Int32Array.of(1, 0, 0, 1),
    };
    expect(Array.from(dequantizeWeight(q))).toEqual([-2, 1, 2, 2]);
  });

  test('fills an array that it is given, and refuses one of another length', () => {
    const q = round([1, -1, 0.5]);
    const out = new Float32Array(3);
    expect(dequantizeWeight(q, out)).toBe(out);
    expect(() => dequantizeWeight(q, new Float32Array(4))).toThrow(
      expect.objectContaining({ code: 'numerics/length' }),
    );
  });
});

describe('relativeSquaredError', () => {
  test('is the squared distance over the squared norm', () => {
    expect(relativeSquaredError(Float32Array.of(1, 4), Float32Array.of(1, 2))).toBeCloseTo(
      4 / 5,
      12,
    );
    expect(relativeSquaredError(new Float32Array(2), new Float32Array(2))).toBe(0);
  });
});
