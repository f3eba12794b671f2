import { expect, it } from 'vitest';
import { paddedRows } from './padded-rows.js';

it('gives every count at least its rows and at most a quarter more from 65 on, in few sizes', () => {
  const counts = Array.from({ length: 2048 }, (_, i) => i + 1);
  const sizes = new Set(counts.map(paddedRows));
  // 1, 2, 4 … 64, and four to each of the five octaves up to 2048.
  expect([...sizes].slice(0, 11)).toEqual([1, 2, 4, 8, 16, 32, 64, 80, 96, 112, 128]);
  expect(sizes.size).toBe(7 + 4 * 5);
  for (const count of counts) {
    expect(paddedRows(count)).toBeGreaterThanOrEqual(count);
    expect(paddedRows(count)).toBeLessThan(count <= 64 ? 2 * count : 1.25 * count);
  }
  expect(paddedRows(0)).toBe(0);
});
