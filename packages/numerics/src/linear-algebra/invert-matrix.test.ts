import { expect, test } from 'vitest';
import { identity, largestDifference, multiply, normalMatrix } from '../__fixtures__/matrices.js';
import { createRandom } from '../random.js';
import { invertMatrix } from './invert-matrix.js';
import { kroneckerFactors } from './kronecker-factors.js';
import { randomOrthogonal } from './random-orthogonal.js';

test.each([1, 2, 7, 40])('the inverse of a matrix of order %i undoes it', (size) => {
  const matrix = normalMatrix('matrix', size, size);
  const inverse = Float32Array.from(invertMatrix(matrix, size));
  const product = multiply(matrix, inverse, [size, size, size]);
  expect(largestDifference(product, identity(size))).toBeLessThan(1e-3);
});

test('inverts where the first pivot is 0', () => {
  expect([...invertMatrix(Float32Array.of(0, 2, 4, 0), 2)]).toEqual([0, 0.25, 0.5, 0]);
});

test.each([
  ['of lower rank', [1, 2, 2, 4]],
  ['that is not finite', [1, Number.NaN, 0, 1]],
])('refuses a matrix %s', (_, values) => {
  expect(() => invertMatrix(Float32Array.from(values), 2)).toThrow('no inverse');
});

test.each([1, 2, 16, 33])('a random orthogonal matrix of order %i is orthogonal', (size) => {
  const q = randomOrthogonal(size, createRandom('orthogonal'));
  const product = multiply(q, q, [size, size, size], true);
  expect(largestDifference(product, identity(size))).toBeLessThan(1e-6);
});

test.each([
  [1536, [32, 48]],
  [18944, [128, 148]],
  [35, [5, 7]],
  [30, [5, 6]], // twice an odd number is no difference of squares
  [7, [1, 7]],
])('%i has the Kronecker factors %j', (n, factors) => {
  expect(kroneckerFactors(n)).toEqual(factors);
});
