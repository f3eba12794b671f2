import { createRandom } from '@thinkbits/numerics';
import type { Segment } from '@thinkbits/ops';
import { expect, it } from 'vitest';
import { attentionGroups } from './attention-groups.js';

const widths = { heads: 4, kvHeads: 2, headDim: 8 };

it('takes rows that read as many tokens together', () => {
  const rows = [5, 9, 2].map((start, slot): Segment => ({ slot, start, count: 1 }));
  expect(attentionGroups(rows, widths, 1e6)).toEqual([{ first: 0, count: 1, rows, length: 10 }]);
});

it('holds every group to the limit, and leaves no token out and none twice', () => {
  const random = createRandom(1);
  for (let round = 0; round < 300; round++) {
    const segments = Array.from({ length: 1 + random.integer(6) }, (_, slot): Segment => {
      const count = random.integer(2) === 0 ? 1 : 1 + random.integer(300);
      return { slot, start: random.integer(200), count };
    });
    const limit = 100 + random.integer(20_000);
    const seen: string[] = [];
    let first = 0;
    for (const group of attentionGroups(segments, widths, limit)) {
      expect(group.first).toBe(first);
      first += group.rows.length * group.count;
      for (const { slot, start, count } of group.rows) {
        expect(count).toBe(group.count);
        expect(start + count).toBeLessThanOrEqual(group.length);
        for (let t = 0; t < count; t++) seen.push(`${slot}:${start + t}`);
      }
      const elements = group.rows.length * group.length;
      const scores = elements * widths.heads * group.count;
      const tokens = elements * widths.kvHeads * widths.headDim;
      if (group.rows.length > 1) expect(Math.max(scores, tokens)).toBeLessThanOrEqual(limit);
      if (group.count > 1) expect(scores).toBeLessThanOrEqual(limit);
    }
    const wanted = segments.flatMap(({ slot, start, count }) =>
      Array.from({ length: count }, (_, t) => `${slot}:${start + t}`),
    );
    expect(seen).toEqual(wanted);
  }
});
