import { pageTokens } from '@thinkbits/ops';
import { expect, it } from 'vitest';
import { PageTable } from './page-table.js';

const placesOf = (table: PageTable, slot: number, end: number): Int32Array => {
  const out = new Int32Array(end);
  table.write(slot, 0, end, out, 0);
  return out;
};

it('gives every token of every row a place of its own, none of them the empty one', () => {
  const table = new PageTable();
  for (const tokens of [1, 70, 200]) for (const slot of [3, 8]) table.reserve(slot, tokens);
  const all = [...placesOf(table, 3, 200), ...placesOf(table, 8, 200)];
  expect(new Set(all).size).toBe(400);
  expect(Math.min(...all)).toBeGreaterThanOrEqual(pageTokens);
  expect(Math.max(...all)).toBeLessThan(table.places);
  expect(all).not.toContain(PageTable.empty);
});

it('uses pages again, leaves places where they are, and refuses what is not there', () => {
  const table = new PageTable();
  table.reserve(0, 3 * pageTokens);
  table.reserve(1, 5);
  const [first, other] = [placesOf(table, 0, 2), placesOf(table, 1, 5)];
  table.reserve(1, 6);
  expect(placesOf(table, 1, 5)).toEqual(other);
  const places = table.places;
  table.release(0);
  expect(() => placesOf(table, 0, 1)).toThrow(RangeError);
  table.reserve(2, 3 * pageTokens);
  expect(table.places).toBe(places);
  expect(placesOf(table, 2, 3 * pageTokens)).toContain(first[0]);
  expect(() => placesOf(table, 2, 3 * pageTokens + 1)).toThrow('row 2 holds no token');
});
