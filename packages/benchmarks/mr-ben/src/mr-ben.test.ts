import { createHash } from 'node:crypto';
import { describeBenchmark } from '@thinkbits/conformance';
import { describe, expect, it } from 'vitest';
import { benchmark } from './index.js';
import { pythonRepr } from './python-repr.js';

describeBenchmark(benchmark);

const rowsOf = async () => (await benchmark.load()).problems.map(({ row }) => row);

describe('MR-Ben', () => {
  it('asks what its own script asks, character by character', async () => {
    const { problems } = await benchmark.load();
    expect(problems).toHaveLength(354);
    const hash = createHash('sha256');
    for (const { messages } of problems) hash.update(`${messages[0]?.content}\0`);
    // Of the prompts that process_subject_data of script/utils.py (6eb1eca, k = 0) makes of these rows.
    expect(hash.digest('hex')).toBe(
      '0ed3976b10bb502f152ef5a2326b55c40f60bb19a44669b51e88ba52dee74724',
    );
  });

  it('groups by the subjects that are averaged over', async () => {
    const { problems } = await benchmark.load();
    const subjects = new Set(problems.map(({ groups }) => groups.subject));
    expect([...subjects].sort()).toEqual([
      'biology',
      'chemistry',
      'coding',
      'math',
      'medicine',
      'physics',
    ]);
  });

  it('expects the three labelled parts, a line in place of a step where code errs', async () => {
    const { problems } = await benchmark.load();
    const expected = (correctness: string, coding: boolean) =>
      problems.find(
        ({ row, groups }) =>
          row.Model_Solution_Correctness === correctness &&
          (groups.subject === 'coding') === coding,
      )?.answer;
    expect(expected('correct', false)).toBe(
      'Solution Correctness: correct\nFirst Error Step: N/A\nError Reason: N/A',
    );
    expect(expected('incorrect', false)).toMatch(
      /^Solution Correctness: incorrect\nFirst Error Step: \d+\nError Reason: \S.*\nRectified: \S/s,
    );
    expect(expected('incorrect', true)).toMatch(
      /^Solution Correctness: incorrect\nFirst Error Line: .*\nError Reason: \S/s,
    );
  });

  it('tells two solutions of one model to one question apart, and refuses a repeated row', async () => {
    const rows = await rowsOf();
    const names = rows.map((row) => `${row.Question_UUID}-${row.Sampled_Model}`);
    expect(new Set(names).size).toBe(353);
    await expect(benchmark.load({ rows: [rows[0], rows[0]] })).rejects.toMatchObject({
      code: 'benchmark/duplicate-id',
    });
  });

  it('refuses a wrong solution without a step that errs, and a question without options', async () => {
    const rows = await rowsOf();
    const wrong = rows.find((row) => row.Model_Solution_First_Error_Step === '2');
    const load = (change: object) =>
      benchmark.load({ rows: [{ ...wrong, ...change }], places: ['math.json, row 1'] });
    await expect(load({ Model_Solution_First_Error_Step: '' })).rejects.toThrow(
      /^math\.json, row 1: Model_Solution_First_Error_Step is ""/,
    );
    await expect(load({ Options: undefined })).rejects.toThrow(/Options is missing/);
    await expect(load({ Model_Solution_Correctness: 'wrong' })).rejects.toThrow(/Correctness/);
  });
});

it('prints lists of texts as Python does', () => {
  const texts = [
    "it's",
    'a "b"',
    'it\'s "x"',
    'tab\t nl\n bs\\ nul\x00 del\x7f nbsp\xa0 zwsp\u200b ls\u2028 emoji😀 é ideographic\u3000 tag\u{E0001}',
  ];
  // CPython 3.11: repr(texts)
  expect(pythonRepr(texts)).toBe(
    String.raw`["it's", 'a "b"', 'it\'s "x"', 'tab\t nl\n bs\\ nul\x00 del\x7f nbsp\xa0 zwsp\u200b ls\u2028 emoji😀 é ideographic\u3000 tag\U000e0001']`,
  );
});
