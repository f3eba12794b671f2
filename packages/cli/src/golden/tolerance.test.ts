import { expect, it } from 'vitest';
import { readTolerance } from './tolerance.js';

const most = { how: 'most', of: ['codes'] } as const;

it('reads how many entries must be equal, and how many within a distance', () => {
  expect(readTolerance('codes', '98 % equal (later stages cascade)', most)).toEqual({
    how: 'most',
    share: 0.98,
    limit: 0,
  });
  expect(readTolerance('key', '99.5 % of the entries within 1e-3 of max|key|', most)).toEqual({
    how: 'most',
    share: 0.995,
    limit: 1e-3,
  });
  expect(readTolerance('codes', '98 % alike', most)).toContain('unknown phrase');
});
