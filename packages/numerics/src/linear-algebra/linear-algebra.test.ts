import { describe, expect, test } from 'vitest';
import {
  identity,
  largestDifference,
  multiply,
  normalMatrix,
  testHessian,
} from '../__fixtures__/matrices.js';
import { choleskyFactor } from './cholesky-factor.js';
import { invertLower } from './invert-lower.js';
import { blockOf } from './matrix-block.js';
import { quadraticTrace } from './quadratic-trace.js';
import { subtractProduct } from './subtract-product.js';
import { upperFactorOfInverse } from './upper-factor-of-inverse.js';

/** Below the diagonal and on it; 0 above. */
const lowerOf = (matrix: Float32Array, size: number) =>
  matrix.map((value, i) => (i % size > Math.floor(i / size) ? 0 : value));

describe('subtractProduct', () => {
  test.each([
    [1, 1, 1],
    [4, 3, 8],
    [7, 600, 70], // more than a tile deep and wide, and no multiple of four
  ])('is c - a · b and c - a · bᵀ for %i × %i × %i', (m, k, n) => {
    const [c, a, b] = [normalMatrix('c', m, n), normalMatrix('a', m, k), normalMatrix('b', k, n)];
    for (const transposed of [false, true]) {
      const product = multiply(a, b, [m, k, n], transposed);
      const out = c.slice();
      const right = transposed ? blockOf(b, k, [0, n], [0, k]) : blockOf(b, n, [0, k], [0, n]);
      const left = blockOf(a, k, [0, m], [0, k]);
      subtractProduct(blockOf(out, n, [0, m], [0, n]), left, right, transposed);
      expect(
        largestDifference(
          out,
          Float64Array.from(c, (x, i) => x - product[i]!),
        ),
      ).toBeLessThan(1e-4);
    }
  });

  test('touches the block alone', () => {
    const c = new Float32Array(30);
    const ones = new Float32Array(30).fill(1);
    const block = blockOf(c, 6, [1, 3], [2, 5]);
    subtractProduct(
      block,
      blockOf(ones, 6, [0, 2], [0, 4]),
      blockOf(ones, 6, [0, 4], [3, 6]),
      false,
    );
    const inside = (i: number) => i >= 6 && i < 18 && i % 6 >= 2 && i % 6 < 5;
    expect(Array.from(c)).toEqual(Array.from(c.keys(), (i) => (inside(i) ? -4 : 0)));
  });
});

describe('choleskyFactor', () => {
  test('factors the textbook example', async () => {
    const a = Float32Array.of(4, 12, -16, 12, 37, -43, -16, -43, 98);
    expect(await choleskyFactor(a, 3)).toBe(true);
    expect(Array.from(lowerOf(a, 3))).toEqual([2, 0, 0, 6, 1, 0, -8, 5, 3]);
  });

  test('L Lᵀ is the matrix across several blocks', async () => {
    const size = 300;
    const a = testHessian('several blocks', size);
    const factor = a.slice();
    expect(await choleskyFactor(factor, size)).toBe(true);
    const lower = lowerOf(factor, size);
    const back = multiply(lower, lower, [size, size, size], true);
    expect(largestDifference(back, a)).toBeLessThan(2e-6);
  });

  test.each([
    ['indefinite', [1, 2, 2, 1]],
    ['singular', [1, 1, 1, 1]],
    ['not a number', [1, 0, 0, Number.NaN]],
    ['infinite', [Number.POSITIVE_INFINITY, 0, 0, 1]],
  ])('says when a matrix is %s', async (_, values) => {
    expect(await choleskyFactor(Float32Array.from(values), 2)).toBe(false);
  });

  test('stops between blocks when it is aborted', async () => {
    const signal = AbortSignal.abort();
    await expect(choleskyFactor(identity(200), 200, { signal })).rejects.toMatchObject({
      code: 'run/aborted',
    });
  });
});

test('invertLower gives the inverse, with zeros above', async () => {
  const size = 300;
  const lower = testHessian('lower', size);
  await choleskyFactor(lower, size);
  const inverse = lower.slice(); // what stands above the diagonal is not read
  await invertLower(inverse, size);
  expect(Array.from(lowerOf(inverse, size))).toEqual(Array.from(inverse));
  const product = multiply(lowerOf(lower, size), inverse, [size, size, size]);
  expect(largestDifference(product, identity(size))).toBeLessThan(1e-5);
});

describe('upperFactorOfInverse', () => {
  test('factors an inverse known by hand', async () => {
    // A⁻¹ = [[4, 2], [2, 2]] = Uᵀ U with U = [[2, 1], [0, 1]]
    const a = Float32Array.of(0.5, -0.5, -0.5, 1);
    expect(await upperFactorOfInverse(a, 2)).toBe(true);
    expect(largestDifference(a, [2, 1, 0, 1])).toBeLessThan(1e-6);
  });

  test('Uᵀ U is the inverse across several blocks, and U is upper triangular', async () => {
    const size = 300;
    const a = testHessian('inverse', size);
    const upper = a.slice();
    expect(await upperFactorOfInverse(upper, size)).toBe(true);
    expect(upper.every((value, i) => i % size >= Math.floor(i / size) || value === 0)).toBe(true);
    const transpose = Float32Array.from(
      upper,
      (_, i) => upper[(i % size) * size + Math.floor(i / size)]!,
    );
    const inverse = multiply(transpose, upper, [size, size, size]);
    const product = multiply(inverse, a, [size, size, size]);
    expect(largestDifference(product, identity(size))).toBeLessThan(1e-3);
  });
});

test('quadraticTrace is the sum of d H dᵀ over rows', async () => {
  const [rows, size] = [5, 300];
  const matrix = normalMatrix('rows', rows, size);
  const hessian = testHessian('trace', size);
  const product = multiply(matrix, hessian, [rows, size, size]);
  const expected = product.reduce((sum, value, i) => sum + value * matrix[i]!, 0);
  const trace = await quadraticTrace(matrix, rows, hessian, size);
  expect(Math.abs(trace / expected - 1)).toBeLessThan(1e-6);
});
