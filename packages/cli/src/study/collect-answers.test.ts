import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StudyResults } from '@thinkbits/report';
import { beforeAll, describe, expect, it } from 'vitest';
import { runInProcess } from '../testing/run-in-process.js';
import { temporaryDirectory } from '../testing/temporary-directory.js';
import { collectAnswers } from './collect-answers.js';
import { shareOut } from './share-out.js';
import { readQuestions } from './study-questions.js';

describe('shareOut', () => {
  it.each([
    [[10, 20], 100, [10, 20]],
    [[100, 100], 100, [50, 50]],
    [[10, 200, 300], 100, [10, 45, 45]],
    [[], 100, []],
  ])('%j of %i', (needs, room, shares) => {
    expect(shareOut(needs, room)).toEqual(shares);
  });
});

const fixture = fileURLToPath(new URL('../__fixtures__/tiny-benchmark.mjs', import.meta.url));
const directory = temporaryDirectory();
const study = join(directory, 'study');
const secret = (id: string) => ({
  'Record ID': id,
  Question: `SECRET-${id}: which is prime?`,
  'Correct Answer': 'seven',
  'Incorrect Answer 1': 'eight',
  'Incorrect Answer 2': 'nine',
  'Incorrect Answer 3': 'ten',
});
let results: StudyResults;

beforeAll(async () => {
  writeFileSync(join(directory, 'gpqa.jsonl'), JSON.stringify(secret('1')));
  const cell = {
    models: ['tiny-reasoner-nano'],
    recipes: ['rtn:w2g64'],
    benchmarks: [fixture, { name: 'gpqa-diamond', data: 'gpqa.jsonl' }],
    sampling: { maxTokens: 100 },
  };
  writeFileSync(join(directory, 's.json'), JSON.stringify({ name: 's', cells: [cell] }));
  const argv = ['study', 's.json', '-o', 'study', '--workers', '1', '--quiet'];
  const { stderr, code } = await runInProcess(argv, { directory });
  expect([stderr, code]).toEqual(['', 0]);
  results = JSON.parse(readFileSync(join(study, 'results.json'), 'utf8'));
}, 120_000);

describe('the answers of a study', () => {
  it('are those of its runs, beside the verdicts of float, and never confidential ones', async () => {
    const questions = await readQuestions(study);
    const { answers, missing } = await collectAnswers(study, results, questions);
    expect(missing).toEqual([]);
    expect(answers.withheld).toEqual(['gpqa-diamond']);
    expect(answers.cells.map(({ run }) => run)).toEqual([
      'runs/tiny-reasoner-nano--none--tiny',
      'runs/tiny-reasoner-nano--rtn-w2g64--tiny',
    ]);
    for (const { run, answers: own } of answers.cells) {
      const lines = readFileSync(join(study, run, 'samples.jsonl'), 'utf8')
        .trimEnd()
        .split('\n');
      const stored = lines.map((line) => JSON.parse(line));
      expect(own.map(({ thinking, text }) => [thinking, text])).toEqual(
        stored.map(({ thinking, text }) => [thinking, text]),
      );
    }
    const [float, quantized] = answers.cells;
    expect(quantized?.answers.map(({ float_correct }) => float_correct)).toEqual(
      float?.answers.map(({ correct }) => correct),
    );
    expect(Object.keys(questions)).toEqual(['tiny']);
    expect(Object.keys(questions.tiny ?? {}).sort()).toEqual(
      float?.answers.map(({ problem }) => problem).sort(),
    );
    expect(readFileSync(join(study, 'report.html'), 'utf8')).not.toContain('SECRET');
  });

  it('that there is no room for are listed without their texts', async () => {
    const whole = (await collectAnswers(study, results, {})).answers;
    const bytesOf = ({ thinking = '', text = '' }) => Buffer.byteLength(thinking + text);
    const total = whole.cells.flatMap(({ answers }) => answers).reduce((n, a) => n + bytesOf(a), 0);
    const { answers } = await collectAnswers(study, results, {}, Math.floor(total / 2));
    const listed = answers.cells.flatMap((cell) => cell.answers);
    const kept = listed.filter(({ text }) => text !== undefined);
    expect(listed).toHaveLength(12);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(12);
    expect(kept.reduce((n, a) => n + bytesOf(a), 0)).toBeLessThanOrEqual(total / 2);
    // A flip against float is kept before any other.
    const flipped = listed.filter(
      (a) => a.float_correct !== undefined && a.float_correct !== a.correct,
    );
    expect(flipped.length).toBeGreaterThan(0);
    expect(kept).toContain(flipped[0]);
  });

  it('are left out where a run is gone or holds others than the figures were made of', async () => {
    const moved = results.rows.map((row) => ({ ...row, run: 'runs/elsewhere' }));
    expect((await collectAnswers(study, { rows: moved }, {})).missing).toHaveLength(4);
    const place = join(study, 'runs', 'tiny-reasoner-nano--rtn-w2g64--tiny', 'samples.jsonl');
    appendFileSync(place, '\n');
    const { stderr, code } = await runInProcess(['report', 'study', '-o', 'r.html'], { directory });
    expect(code).toBe(0);
    expect(stderr).toContain('warning report/no-answers');
    expect(stderr).toContain('tiny-reasoner-nano, rtn:w2g64, tiny');
  });
});
