import { expect, it } from 'vitest';
import { findDifference } from './difference.js';
import { readTolerance } from './tolerance.js';

it('relative Frobenius distance: 3-4-5 against a norm of 10', () => {
  const [actual, expected] = [
    [6 + 0.3, 8 + 0.4],
    [6, 8],
  ];
  expect(findDifference(actual, expected, { how: 'frobenius', limit: 0.0501 })).toBeUndefined();
  expect(findDifference(actual, expected, { how: 'frobenius', limit: 0.0499 })).toMatch(/0\.05/);
  expect(findDifference([Number.NaN, 8], expected, { how: 'frobenius', limit: 1 })).toMatch(/NaN/);
});

it('zero points at a tie: few may be off, and by one', () => {
  const closeness = { how: 'ties', share: 0.98 } as const;
  const expected = Array.from({ length: 100 }, (_, i) => i);
  const off = (by: readonly number[]) => expected.map((value, i) => value + (by[i] ?? 0));
  expect(findDifference(off([1, -1]), expected, closeness)).toBeUndefined();
  expect(findDifference(off([1, -1, 1]), expected, closeness)).toMatch(/^3 of 100 differ/);
  expect(findDifference(off([2]), expected, closeness)).toMatch(/^1 of 100 differ/);
});

it('most entries within a share of the largest: as many may be off as the phrase says', () => {
  const closeness = readTolerance('key', '99.9 % of the entries within 1e-3 of max|k|', {
    how: 'most',
    of: [],
  });
  expect(closeness).toEqual({ how: 'most', share: expect.closeTo(0.999, 12), limit: 1e-3 });
  if (typeof closeness === 'string') throw new Error(closeness);
  const expected = Float64Array.from({ length: 2000 }, (_, i) => (i === 0 ? -100 : 1));
  const off = (count: number) => expected.map((value, i) => (i > 0 && i <= count ? 1.2 : value));
  expect(findDifference(off(2), expected, closeness)).toBeUndefined();
  expect(findDifference(off(3), expected, closeness)).toMatch(/^3 of 2000 differ/);
  expect(
    findDifference(
      expected.map((x) => x + 0.09),
      expected,
      closeness,
    ),
  ).toBeUndefined();
  expect(readTolerance('key', 'nearly all', { how: 'most', of: [] })).toMatch(/unknown phrase/);
});

it('takes any Hadamard matrix for another, and says why others are none', () => {
  const find = (matrix: number[]) => findDifference(matrix, [1, 1, 1, -1], { how: 'hadamard' });
  expect(find([-1, 1, 1, 1])).toBeUndefined();
  expect(find([1, 1, 1, 1])).toBe('rows 1 and 0 have the product 2');
  expect(find([1, 1, 2, -2])).toBe('the entry 2 in row 1 is not ±1');
  expect(find([1])).toBe('1 numbers instead of 4');
});
