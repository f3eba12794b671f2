import type { InvertiblePair } from '@thinkbits/spec';
import { expect, test } from 'vitest';
import { clampGroups } from './clamp-groups.js';

test('clamps before a map of the outputs that was folded in', () => {
  const swap = { kind: 'dense', size: 2, values: Float32Array.of(0, 1, 2, 0) } as const;
  const back = { kind: 'dense', size: 2, values: Float32Array.of(0, 0.5, 1, 0) } as const;
  const before: InvertiblePair = { forward: swap, inverse: back };
  // W = [[1, 2], [3, 4]], Mᵀ · W = [[2 · 3, 2 · 4], [1, 2]]
  const folded = Float32Array.of(6, 8, 1, 2);
  const bounds = { low: Float32Array.of(1.5, 0), high: Float32Array.of(9, 3.5), before };
  // W clamped is [[1.5, 2], [3, 3.5]]
  expect([...clampGroups(folded, 2, 2, 2, bounds)]).toEqual([6, 7, 1.5, 2]);
});
