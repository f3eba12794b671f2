import { describe, expect, it } from 'vitest';
import { baseHadamard } from './base-hadamard.js';
import { findHadamardOrder, hadamardOrder } from './hadamard-order.js';

describe('base matrices', () => {
  // methods.md §6 (iv), and the orders over GF(25), GF(49) and q = 461
  it.each([12, 20, 28, 36, 52, 60, 100, 108, 140, 148, 924])('H Hᵀ = %i · I', (order) => {
    const matrix = baseHadamard(order) as Int8Array;
    expect(matrix.every((entry) => entry === 1 || entry === -1)).toBe(true);
    for (let a = 0; a < order; a++) {
      for (let b = 0; b <= a; b++) {
        let product = 0;
        for (let i = 0; i < order; i++) product += matrix[a * order + i]! * matrix[b * order + i]!;
        if (product !== (a === b ? order : 0)) expect.fail(`rows ${a} and ${b}: ${product}`);
      }
    }
  });
});

describe('sizes', () => {
  // methods.md §2.2
  it.each([
    [128, 1, 128],
    [1536, 12, 128],
    [3584, 28, 128],
    [5120, 20, 256],
    [8192, 1, 8192],
    [8960, 140, 64],
    [2240, 140, 16],
    [13824, 108, 128],
    [6912, 108, 64],
    [28672, 28, 1024],
    [18944, 148, 128],
    [4736, 148, 32],
    [12288, 12, 1024],
    [25600, 100, 256],
    [29568, 924, 32],
  ])('%i = %i · %i', (n, base, power) => {
    expect(hadamardOrder(n)).toEqual({ base, power });
  });

  it('that have none are named with their neighbours', () => {
    expect(findHadamardOrder(6)).toBeUndefined();
    expect(() => hadamardOrder(94)).toThrowError(
      expect.objectContaining({
        code: 'hadamard/no-order',
        help: expect.stringMatching(/88 and 96/),
      }),
    );
  });
});
