import { describe, expect, test } from 'vitest';
import { compressedTensorsQuantize } from './compressed-tensors.js';
import { roundToNearest } from './round-to-nearest.js';

describe('compressedTensorsQuantize', () => {
  test('symmetric: max|x| lies half a step beyond the largest code', () => {
    const q = compressedTensorsQuantize(Float32Array.of(7.5, -7.5, 1, 0), 1, 4, {
      bits: 4,
      group: 'channel',
      symmetric: true,
    });
    expect(q.scales[0]).toBe(1);
    expect(Array.from(q.codes)).toEqual([7, -8, 1, 0]);
  });

  test('a tie with an odd zero point goes the other way than in roundToNearest', () => {
    // range [-1, 14], scale 1: the zero point is -7 here and 1 there
    const values = Float32Array.of(-1, 14, 2.5, 3.5);
    const q = compressedTensorsQuantize(values, 1, 4, {
      bits: 4,
      group: 'channel',
      symmetric: false,
    });
    expect(q.zeros[0]).toBe(-7);
    // round(2.5 - 7) = -4, which reads back as 3; round(2.5) + 1 = 3 reads back as 2
    expect(Array.from(q.codes)).toEqual([-8, 7, -4, -4]);
    const nearest = roundToNearest(values, 1, 4, {
      bits: 4,
      group: 'channel',
      symmetric: false,
      range: 'zero-inclusive',
    });
    expect(Array.from(nearest.codes)).toEqual([0, 15, 3, 5]);
  });

  test('a group of zeros has a scale of epsilon and codes of 0', () => {
    const q = compressedTensorsQuantize(new Float32Array(4), 1, 4, {
      bits: 8,
      group: 2,
      symmetric: false,
    });
    expect(Array.from(q.scales)).toEqual([2 ** -23, 2 ** -23]);
    expect(Array.from(q.codes)).toEqual([0, 0, 0, 0]);
  });
});
