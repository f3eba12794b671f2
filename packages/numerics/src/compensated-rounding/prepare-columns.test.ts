import { describe, expect, test } from 'vitest';
import {
  largestDifference,
  multiply,
  normalMatrix,
  testHessian,
} from '../__fixtures__/matrices.js';
import { columnBlocks } from './column-blocks.js';
import { activationOrder } from './column-order.js';
import { prepareColumns } from './prepare-columns.js';

const options = { actOrder: false, damping: 0.01, dampingIncrement: 0.0015, subject: 'q_proj' };

describe('prepareColumns', () => {
  test('dampens by a share of the mean diagonal', async () => {
    // H + 0.5 · 4 · I = diag(4, 8); U = diag(1/2, 1/√8)
    const hessian = Float32Array.of(2, 0, 0, 6);
    const { upper, damping } = await prepareColumns(hessian, 2, { ...options, damping: 0.5 });
    expect(largestDifference(upper, [0.5, 0, 0, 1 / Math.sqrt(8)])).toBeLessThan(1e-7);
    expect(damping).toBe(0.5);
    expect(Array.from(hessian)).toEqual([2, 0, 0, 6]);
  });

  test('dampens more where that is not enough, each time from the Hessian as it was', async () => {
    // eigenvalues 2.005 and -0.005: with increments of 0.0015 from 0, the first that helps is 0.006
    const hessian = Float32Array.of(1, 1.005, 1.005, 1);
    const climbed = await prepareColumns(hessian, 2, { ...options, damping: 0 });
    expect(climbed.damping).toBeCloseTo(0.006, 10);
    const direct = await prepareColumns(hessian, 2, { ...options, damping: climbed.damping });
    expect(Array.from(climbed.upper)).toEqual(Array.from(direct.upper));
  });

  test('gives up at damping 1 and says whose Hessian it was', async () => {
    const indefinite = Float32Array.of(1, 3, 3, 1);
    await expect(prepareColumns(indefinite, 2, options)).rejects.toMatchObject({
      code: 'hessian/not-positive-definite',
      message: expect.stringContaining('q_proj'),
    });
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses a Hessian with %s', async (wrong) => {
    const hessian = Float32Array.of(1, wrong, wrong, 1);
    await expect(prepareColumns(hessian, 2, options)).rejects.toMatchObject({
      code: 'hessian/not-finite',
      message: expect.stringContaining('q_proj'),
    });
  });

  test('gives dead columns a diagonal of 1 and goes by falling diagonal', async () => {
    // column 1 is dead; 4, 1 and 0.5 in order, the mean is 5.5 / 3
    const hessian = Float32Array.of(0.5, 0, 0, 0, 0, 0, 0, 0, 4);
    const prepared = await prepareColumns(hessian, 3, { ...options, actOrder: true });
    expect(Array.from(prepared.order)).toEqual([2, 1, 0]);
    expect(Array.from(prepared.dead)).toEqual([0, 1, 0]);
    const damp = (0.01 * 5.5) / 3;
    const diagonal = [0, 4, 8].map((i) => prepared.upper[i]!);
    const expected = [4, 1, 0.5].map((value) => 1 / Math.sqrt(value + damp));
    expect(largestDifference(diagonal, expected)).toBeLessThan(1e-6);
  });

  test('answers drift with D[q, F] · H_F⁻¹, F the columns after q', async () => {
    const size = 6;
    const hessian = testHessian('drift', size);
    const drift = normalMatrix('drift', size, size);
    const { response } = await prepareColumns(hessian, size, { ...options, damping: 0, drift });
    for (let q = 0; q < size; q++) {
      const later = Array.from({ length: size - q - 1 }, (_, i) => q + 1 + i);
      // P[q, F] · H_F must be D[q, F]
      const block = later.flatMap((i) => later.map((j) => hessian[i * size + j]!));
      const answered = later.map((j) => response![q * size + j]!);
      const back = multiply(answered, block, [1, later.length, later.length]);
      const asked = later.map((j) => drift[q * size + j]!);
      expect(largestDifference(back, asked)).toBeLessThan(1e-5);
      for (let j = 0; j <= q; j++) expect(response![q * size + j]).toBeCloseTo(0, 12);
    }
  });

  test('answers drift across several blocks as for one', async () => {
    const size = 530; // more than the 512 columns that are taken together
    const hessian = testHessian('wide drift', size, 265);
    const drift = new Float32Array(size * size);
    drift.set([1, 2, 3], 20 * size + 520);
    const { response } = await prepareColumns(hessian, size, { ...options, damping: 0, drift });
    const row = response!.subarray(20 * size, 21 * size);
    // P[20, F] · H_F = D[20, F], F = {21, …}
    const back = multiply(row, hessian, [1, size, size]).subarray(21);
    expect(largestDifference(back, drift.subarray(20 * size + 21, 21 * size))).toBeLessThan(1e-4);
    expect(row.subarray(0, 21).every((value) => value === 0)).toBe(true);
  });
});

test('activationOrder keeps equal columns as they stand', () => {
  expect(Array.from(activationOrder(Float32Array.of(1, 3, 1, 3, 2)))).toEqual([1, 3, 4, 0, 2]);
});

describe('columnBlocks', () => {
  test.each([
    ['without groups to find', 300, 128, 0, [0, 128, 256, 300]],
    ['with groups that divide a block', 256, 128, 64, [0, 128, 256]],
    ['with groups larger than a block', 512, 128, 256, [0, 128, 256, 384, 512]],
    ['before a group that would cross the end', 260, 128, 130, [0, 128, 130, 258, 260]],
    ['of groups that do not divide it', 200, 64, 48, [0, 48, 96, 144, 200]],
  ])('cuts %s', (_, columns, size, group, ends) => {
    const blocks = columnBlocks(columns, size, group);
    expect(blocks).toEqual(ends.slice(1).map((end, i) => [ends[i], end]));
  });
});
