import { expect, it } from 'vitest';
import { summarizeDamping } from './summarize-damping.js';

const rounder = { role: 'rounder', options: { damping: 0.01 } } as const;

it('says how many linears took more damping than asked for, and the worst of them', () => {
  const reports = [
    { name: 'q_proj', damping: 0.01 },
    { name: 'up_proj', damping: 0.01 + 3 * 0.0015 },
    { name: 'down_proj', damping: 0.25 },
    { name: 'lm_head' },
  ];
  expect(summarizeDamping(reports, [rounder])).toBe(
    '2 of 4 linears took more than the 0.01 asked for, at most 0.25 (down_proj)',
  );
  expect(summarizeDamping(reports.slice(0, 1), [rounder])).toBeUndefined();
  expect(summarizeDamping(reports, [{ role: 'rounder', options: {} }])).toBeUndefined();
  expect(summarizeDamping(reports, [])).toBeUndefined();
});
