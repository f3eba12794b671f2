import type { Checkpoint, RowRange } from '@thinkbits/checkpoint';
import { expect, it } from 'vitest';
import { readRows } from './read-rows.js';

/** A matrix `[5000, 3]` of its own indices that notes what is read of it. */
function numbered() {
  const reads: RowRange[] = [];
  const checkpoint = {
    async readFloat(name: string, rows: RowRange) {
      expect(name).toBe('table');
      expect(rows.start + rows.count).toBeLessThanOrEqual(5000);
      reads.push(rows);
      const values = Float32Array.from({ length: 3 * rows.count }, (_, i) => 3 * rows.start + i);
      return { shape: [rows.count, 3], values };
    },
  } as unknown as Checkpoint;
  return { checkpoint, reads };
}

it('reads each row once, rows that are near each other together', async () => {
  const { checkpoint, reads } = numbered();
  const indices = [4999, 7, 0, 7, 300, 64, 4999];
  const rows = await readRows(checkpoint, 'table', indices);
  expect(rows.size).toBe(5);
  for (const index of indices)
    expect(rows.get(index)).toEqual(Float32Array.of(3 * index, 3 * index + 1, 3 * index + 2));
  expect(reads).toEqual([
    { start: 0, count: 65 },
    { start: 300, count: 1 },
    { start: 4999, count: 1 },
  ]);
});

it('never reads more at once than fits, and nothing where nothing is asked for', async () => {
  const { checkpoint, reads } = numbered();
  const all = Array.from({ length: 5000 }, (_, index) => index);
  expect((await readRows(checkpoint, 'table', all)).size).toBe(5000);
  expect(reads.map(({ count }) => count)).toEqual([1024, 1024, 1024, 1024, 904]);
  expect((await readRows(checkpoint, 'table', [])).size).toBe(0);
  expect(reads).toHaveLength(5);
});

it('stops where the run is stopped', async () => {
  const { checkpoint, reads } = numbered();
  const stopped = readRows(checkpoint, 'table', [1], AbortSignal.abort());
  await expect(stopped).rejects.toMatchObject({ code: 'run/aborted' });
  expect(reads).toEqual([]);
});
