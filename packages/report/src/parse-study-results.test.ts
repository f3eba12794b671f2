import { ThinkbitsError } from '@thinkbits/spec';
import { expect, test } from 'vitest';
import { oneCell, quickstart, thirtyCells, withRows } from './__fixtures__/studies.js';
import { parseStudyResults } from './parse-study-results.js';
import type { StudyRow } from './study-results.js';

function refusal(value: unknown): ThinkbitsError {
  try {
    parseStudyResults(value);
  } catch (error) {
    if (ThinkbitsError.isInstance(error)) return error;
    throw error;
  }
  throw new Error('accepted');
}

const changed = (index: number, change: object) =>
  withRows((row, at) => (at === index ? ({ ...row, ...change } as StudyRow) : row));

test('accepts what a study writes, and hands the same object back', () => {
  expect(parseStudyResults(quickstart)).toBe(quickstart);
  expect(parseStudyResults(oneCell)).toBe(oneCell);
  expect(parseStudyResults(thirtyCells()).rows).toHaveLength(30);
  expect(() => parseStudyResults(JSON.parse(JSON.stringify(thirtyCells())))).not.toThrow();
});

test.each([
  ['NaN', { accuracy: Number.NaN }],
  ['an infinite rate', { tokens_per_second: Number.POSITIVE_INFINITY }],
  ['a percentage for a share', { accuracy: 75.5 }],
  ['an interval of one number', { interval95: [0.5] }],
  ['a class nobody defined', { drop: { points: 0, interval95: [0, 0], class: 'fine' } }],
  ['a key nobody defined', { acuracy: 0.5 }],
  ['no problems', { problems: 0 }],
])('refuses %s with the row in the message', (_, change) => {
  const error = refusal(changed(1, change));
  expect(error.code).toBe('report/results');
  expect(error.message).toContain('rows[1]');
});

test.each([
  ['an unknown model', { model: 'pico' }, 'pico'],
  ['an unknown benchmark', { benchmark: 'chian' }, 'chian'],
  ['a repeated cell', { recipe: 'rtn:w3g64' }, 'rtn:w3g64'],
  ['an interval that misses its figure', { accuracy: 0.9 }, '0.9'],
  ['an interval upside down', { interval95: [0.8, 0.6] }, '0.8'],
  [
    'a drop outside its interval',
    { drop: { points: 20, interval95: [0, 10], class: 'fair' } },
    '20',
  ],
])('refuses %s', (_, change, value) => {
  const error = refusal(changed(1, change));
  expect(error.code).toBe('report/inconsistent');
  expect(error.message).toContain(value);
});

test('refuses drops that have no float row, and float rows that drop', () => {
  const orphans = { ...quickstart, rows: quickstart.rows.slice(1, 3) };
  expect(refusal(orphans).message).toContain('no float row');
  const drop = { points: 0, interval95: [0, 0], class: 'lossless' };
  expect(refusal(changed(0, { drop })).message).toContain('float row with a drop');
});

test('refuses another version of the schema', () => {
  expect(refusal({ ...quickstart, schema_version: 2 }).message).toContain('schema_version');
});
