import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bfloat16ToFloat32,
  float16ToFloat32,
  float32ToBfloat16,
  float32ToFloat16,
} from './half-precision.js';

const every = Uint16Array.from({ length: 65536 }, (_, i) => i);
const f32 = (value: number) => Float32Array.of(value);

/** The 16-bit pattern nearest to a value, ties to the even pattern, found by looking at all of them. */
function nearestPattern(value: number, all: Float32Array, overflow: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  let [low, high] = [0, overflow]; // patterns of positive values are in order; `overflow` is the infinity's
  const at = (pattern: number) =>
    pattern === overflow ? 2 * all[overflow - 1]! - all[overflow - 2]! : all[pattern]!;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (all[middle]! <= magnitude) low = middle;
    else high = middle;
  }
  const [below, above] = [magnitude - at(low), at(high) - magnitude];
  return sign | (below < above || (below === above && low % 2 === 0) ? low : high);
}

describe.each([
  { name: 'float16', widen: float16ToFloat32, narrow: float32ToFloat16, infinity: 0x7c00 },
  { name: 'bfloat16', widen: bfloat16ToFloat32, narrow: float32ToBfloat16, infinity: 0x7f80 },
])('$name', ({ widen, narrow, infinity }) => {
  const values = widen(every);

  test('every pattern survives widening and narrowing; NaN stays NaN', () => {
    const back = narrow(values);
    const lost = every.filter((pattern, i) => {
      const isNumber = (pattern & 0x7fff) <= infinity;
      return isNumber ? back[i] !== pattern : !Number.isNaN(widen(back.subarray(i, i + 1))[0]);
    });
    expect(Array.from(lost)).toEqual([]);
  });

  test('narrows to the nearest, ties to even', () => {
    const ties = fc
      .integer({ min: 0, max: infinity - 2 })
      .map((pattern) => (values[pattern]! + values[pattern + 1]!) / 2); // exact in float32
    const any = fc.float({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(fc.oneof(ties, any), fc.boolean(), (magnitude, negative) => {
        const value = negative ? -magnitude : magnitude;
        expect(narrow(f32(value))[0]).toBe(nearestPattern(value, values, infinity));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('known patterns', () => {
  test.each([
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65519.99, 0x7bff],
    [65520, 0x7c00],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [1.5 * 2 ** -25, 0x0001],
    [2 ** -14, 0x0400],
    [2 ** -14 - 2 ** -25, 0x0400],
    [-0, 0x8000],
    [Number.POSITIVE_INFINITY, 0x7c00],
    [Number.NaN, 0x7e00],
  ])('float16 of %d', (value, pattern) => {
    expect(float32ToFloat16(f32(value))[0]).toBe(pattern);
  });

  test.each([
    [1, 0x3f80],
    [1.00390625, 0x3f80], // halfway between 0x3f80 and 0x3f81
    [1.01171875, 0x3f82], // halfway between 0x3f81 and 0x3f82
    [3.3895313892515355e38, 0x7f7f],
    [3.4028234663852886e38, 0x7f80],
    [-0, 0x8000],
  ])('bfloat16 of %d', (value, pattern) => {
    expect(float32ToBfloat16(f32(value))[0]).toBe(pattern);
  });

  test('a view into a longer buffer is read from its own start', () => {
    const view = Float32Array.of(9, 1, 2).subarray(1);
    expect(Array.from(float32ToBfloat16(view))).toEqual([0x3f80, 0x4000]);
  });
});
