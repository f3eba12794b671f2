import fc from 'fast-check';
import { expect, test } from 'vitest';
import { powerFunction } from './power.js';

test.each([2.4, 2, 1, 0.5, 3.7])('x^%d of any float32', (exponent) => {
  const power = powerFunction(exponent);
  fc.assert(
    fc.property(fc.float({ min: 0, max: Math.fround(1e12), noNaN: true }), (x) => {
      const exact = x ** exponent;
      expect(Math.abs(power(x) - exact)).toBeLessThanOrEqual(2e-12 * exact);
    }),
    { numRuns: 2000 },
  );
});

test('the ends of the range', () => {
  const power = powerFunction(2.4);
  expect(power(0)).toBe(0);
  expect(power(1)).toBeCloseTo(1, 12);
  expect(power(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
  expect(power(Number.NaN)).toBeNaN();
});
