import fc from 'fast-check';
import { expect, test } from 'vitest';
import { roundHalfEven } from './round-half-even.js';

test.each([
  [-2.5, -2],
  [-1.5, -2],
  [-0.5, -0],
  [0.5, 0],
  [1.5, 2],
  [2.5, 2],
  [3.5, 4],
  [0.49999999999999994, 0],
  [-0.49999997, -0],
  [8388607.5, 8388608],
  [4503599627370495.5, 4503599627370496],
  [-0, -0],
  [1e300, 1e300],
  [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  [Number.NaN, Number.NaN],
])('%d → %d', (x, rounded) => {
  expect(roundHalfEven(x)).toBe(rounded);
});

test('is the nearest integer, and even on ties', () => {
  const halves = fc.integer({ min: -(2 ** 40), max: 2 ** 40 }).map((n) => n / 2);
  fc.assert(
    fc.property(fc.oneof(halves, fc.double({ noNaN: true, min: -1e15, max: 1e15 })), (x) => {
      const rounded = roundHalfEven(x);
      expect(Number.isInteger(rounded)).toBe(true);
      expect(Math.abs(rounded - x)).toBeLessThanOrEqual(0.5);
      if (Math.abs(rounded - x) === 0.5) expect(Math.abs(rounded % 2)).toBe(0);
    }),
  );
});
