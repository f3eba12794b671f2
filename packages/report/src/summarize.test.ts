import { expect, test } from 'vitest';
import { oneCell, quickstart, thirtyCells, withRows } from './__fixtures__/studies.js';
import type { StudyDrop } from './study-results.js';
import { summarize } from './summarize.js';

/** All quantized rows with the same drop. */
const dropped = (drop: StudyDrop) => withRows((row) => (row.drop ? { ...row, drop } : row));

test('names losses whose interval excludes zero, and what is not told apart', () => {
  expect(summarize(quickstart)).toEqual([
    'nano loses 41 points at W3 (95 % interval 32 to 51); ' +
      'micro loses 90 points at KV2 (84 to 95) and 43 at W2 (34 to 52).',
    "W4's −5 on nano (−12 to +1) is not told apart from nothing at n = 110.",
  ]);
});

test('claims no loss where every interval holds zero', () => {
  const [first, second] = summarize(
    dropped({ points: 2, interval95: [-3, 7], class: 'undetermined' }),
  );
  expect(first).toBe('No recipe loses accuracy that these problems can tell from chance.');
  expect(second).toContain('are not told apart from nothing at n = 110');
});

test('an interval that touches zero is no loss', () => {
  const [first] = summarize(dropped({ points: 2, interval95: [0, 4], class: 'undetermined' }));
  expect(first).not.toContain('loses 2');
});

test('calls lossless what the interval shows to be lossless', () => {
  const [, second] = summarize(
    dropped({ points: 0.2, interval95: [-0.4, 0.8], class: 'lossless' }),
  );
  expect(second).toBe(
    'W4 on nano, W3 on nano, W2 on micro and 1 other recipe are lossless, at most 1 point lost.',
  );
});

test('says so when nothing held, with the mildest loss', () => {
  const lossy = withRows((row) =>
    row.drop
      ? {
          ...row,
          drop: { points: row.label === 'W4' ? 6 : 20, interval95: [4, 30], class: 'risky' },
        }
      : row,
  );
  expect(summarize(lossy)[1]).toBe(
    'No recipe kept the accuracy of float: the mildest, W4 on nano, still costs 6 points (4 to 30).',
  );
});

test('says that nothing was compared when only float ran', () => {
  const [first, second] = summarize(oneCell);
  expect(first).toBe(
    'nano (float) answers 75.5 % of 110 problems right (95 % interval 66.6 to 82.5).',
  );
  expect(second).toContain('Nothing was compared');
});

test('counts by recipe where cells are many', () => {
  expect(summarize(thirtyCells())).toEqual([
    'GPTQ W3 loses in 6 of 6 cells, at worst 8 points on 1.5B on MATH-500 (95 % interval 5 to 11).',
    'Lossless, at most 1 point lost: GPTQ W4 in 6 of 6 cells. ' +
      'Not told apart from nothing: AWQ W4 in 6 of 6 cells and QuaRot KV4 in 6 of 6 cells.',
  ]);
});
