import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '@thinkbits/spec';
import { describe, expect, it } from 'vitest';
import { resolveBenchmark } from '../resolve/benchmark.js';
import { bundled } from '../resolve/bundled.js';
import { runInProcess } from '../testing/run-in-process.js';
import { temporaryDirectory } from '../testing/temporary-directory.js';

const directory = temporaryDirectory();
const nano = 'tiny-reasoner-nano';
const run = (...argv: readonly string[]) => runInProcess(argv, { directory });
const write = (name: string, rows: readonly unknown[]) =>
  writeFileSync(join(directory, name), rows.map((row) => JSON.stringify(row)).join('\n\n'));

const invented = (id: string): JsonObject => ({
  'Record ID': id,
  Question: `SECRET-${id}: which is prime?`,
  'Correct Answer': 'seven',
  'Incorrect Answer 1': 'eight',
  'Incorrect Answer 2': 'nine',
  'Incorrect Answer 3': 'ten',
});

/** A good row of each benchmark that has none of its own, and what makes its expected answer unreadable. */
const rowOf: { readonly [name: string]: JsonObject } = {
  'aime-90': { problem: 'What is 2 + 2?', answer: 4 },
  'aime-2025': { problem: 'What is 2 + 2?', answer: 4 },
  'aime-120': { problem: 'What is 2 + 2?', answer: 4 },
  'gpqa-diamond': invented('1'),
  'gpqa-main': invented('1'),
  'gpqa-extended': invented('1'),
  jsonl: { question: 'What is 2 + 2?', answer: '4', scorer: 'math' },
  livecodebench: {
    question_title: 'Echo',
    question_content: 'Print what you read.',
    platform: 'atcoder',
    question_id: 'abc000_a',
    contest_id: 'abc000',
    contest_date: '2024-09-07T00:00:00',
    starter_code: '',
    difficulty: 'easy',
    public_test_cases: '[{"input": "1", "output": "1", "testtype": "stdin"}]',
    private_test_cases: '[]',
    metadata: '{}',
  },
};
const badGold: { readonly [name: string]: JsonObject } = {
  'aime-90': { answer: 1000 },
  'aime-2025': { answer: 'four' },
  'aime-120': { answer: '' },
  chain: { answer: '\\frac{' },
  gsm8k: { answer: 'So it is.\n#### \\frac{' },
  'math-500': { solution: 'So it is \\boxed{\\frac{}.' },
  'mr-ben': { Model_Solution_Correctness: 'incorrect', Model_Solution_First_Error_Step: 'N/A' },
  jsonl: { answer: '\\frac{' },
  livecodebench: { public_test_cases: '[]' },
  'gpqa-diamond': { 'Correct Answer': '' },
  'gpqa-main': { 'Correct Answer': '' },
  'gpqa-extended': { 'Correct Answer': '' },
};
const names = Object.keys(badGold);

describe.each(names)('bad data of %s', (name) => {
  const refused = async (rows: readonly unknown[]) => {
    write('bad.jsonl', rows);
    const asked = ['-b', name, '--data', 'bad.jsonl', '-o', 'none'];
    const { code, stderr } = await run('evaluate', nano, ...asked);
    expect(code).toBe(3);
    return stderr;
  };
  const good = async (): Promise<JsonObject> =>
    rowOf[name] ??
    ((await (await resolveBenchmark(name, directory)).load({ limit: 1 })).problems[0]
      ?.row as JsonObject);

  it('are refused with file and line before anything is asked', async () => {
    const row = await good();
    expect(await refused([row, {}])).toMatch(/^error benchmark\/bad-row: bad\.jsonl, line 3: /);
    expect(await refused([])).toMatch(/^error benchmark\/no-rows: .*bad\.jsonl\)? has no rows/);
    const unreadable = await refused([{ ...row, ...badGold[name] }]);
    expect(unreadable).toMatch(/^error benchmark\/bad-(gold|row): bad\.jsonl, line 1: /);
    if (name === 'gsm8k') return; // whose rows have no ids
    expect(await refused([row, row])).toMatch(
      /^error benchmark\/duplicate-id: bad\.jsonl, line 3: the id .* by bad\.jsonl, line 1\./,
    );
  });
});

it('every benchmark that comes with the command is among them', () => {
  const missing = Object.keys(bundled.benchmark).filter((name) => !names.includes(name));
  expect(missing).toEqual([]);
});

describe('through the command', () => {
  const few = ['--limit', '2', '--max-tokens', '8', '--workers', '1', '--json', '--quiet'];
  const summary = async (...argv: readonly string[]) => {
    const { code, stdout, stderr } = await run('evaluate', nano, ...argv, ...few);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    return JSON.parse(stdout);
  };

  it('AIME takes several files, and refuses a year of another set', async () => {
    write('a.jsonl', [{ problem: 'What is 1 + 1?', answer: '002', year: 2024 }]);
    write('b.jsonl', [{ problem: 'What is 1 + 2?', answer: 3, year: 2025 }]);
    const both = ['--data', 'a.jsonl,b.jsonl'];
    expect((await summary('-b', 'aime-120', ...both, '-o', 'aime'))['aime-120']).toMatchObject({
      problems: 2,
      by_group: { year: { 2024: { problems: 1 }, 2025: { problems: 1 } } },
    });
    const other = await run('evaluate', nano, '-b', 'aime-90', ...both, '-o', 'x');
    expect(other.stderr).toContain('error benchmark/bad-row: b.jsonl, line 1: the year 2025');
  });

  it('GPQA keeps the order of options with every answer, and takes an order of others', async () => {
    write('gpqa.jsonl', ['1', '2', '3'].map(invented));
    const asked = ['-b', 'gpqa-diamond', '--data', 'gpqa.jsonl'];
    await summary(...asked, '-o', 'gpqa');
    const orderOf = { optionOrder: 'lighteval' };
    await summary(...asked, '-o', 'paper', '--benchmark-options', JSON.stringify(orderOf));
    const orders = (folder: string) =>
      readFileSync(join(directory, folder, 'samples.jsonl'), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).extra.option_order);
    expect(orders('gpqa')[0]).toHaveLength(4);
    expect(orders('paper')).toEqual([
      [1, 2, 3, 0],
      [0, 1, 2, 3],
    ]);
    for (const file of ['run.json', 'problems.jsonl', 'summary.json']) {
      expect(readFileSync(join(directory, 'gpqa', file), 'utf8')).not.toContain('SECRET');
    }
  });

  it('MR-Ben has scores beside accuracy, on the screen as well', async () => {
    const { scores } = (await summary('-b', 'mr-ben', '-o', 'mr-ben'))['mr-ben'];
    expect(Object.keys(scores)).toEqual(['mr_score_partial', 'mcc', 'acc_step']);
    const shown = await run('evaluate', nano, '-b', 'mr-ben', '-o', 'mr-ben', ...few.slice(0, 6));
    expect(shown.stdout).toMatch(/mr-ben +mcc +0\.000/);
    const compared = await run('compare', 'mr-ben', 'mr-ben');
    expect(compared.stdout).toMatch(/mcc +A 0\.000, B 0\.000, difference 0\.000 \(95 %: 0/);
  }, 30_000);

  it('scores of a data set are told beside the verdicts', async () => {
    const gold = 'Solution Correctness: incorrect\nFirst Error Step: 2\nError Reason: …';
    const line = (id: number, prediction: string) =>
      JSON.stringify({ id, prediction, answer: gold, groups: { subject: 'math' } });
    const stdin = `${line(1, gold)}\n${line(2, 'no idea')}\n`;
    const { stdout, stderr } = await runInProcess(['score', 'meta-reasoning'], { stdin });
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((text) => JSON.parse(text).correct),
    ).toEqual([true, false]);
    expect(stderr).toBe('mr_score_partial 0.150, mcc 0.000, acc_step 0.500\n');
  });

  it('questions of one’s own are asked', async () => {
    write('mine.jsonl', [{ question: 'What is 2 + 2?', answer: 4 }]);
    const options = JSON.stringify({ scorer: 'math' });
    const asked = ['-b', 'jsonl', '--data', 'mine.jsonl', '--benchmark-options', options];
    expect((await summary(...asked, '-o', 'mine')).jsonl.problems).toBe(1);
  });

  it('the report of a study shows nothing of confidential questions unless it is told to', async () => {
    write('gpqa.jsonl', ['1', '2'].map(invented));
    const benchmark = { name: 'gpqa-diamond', data: 'gpqa.jsonl' };
    const sampling = { maxTokens: 8 };
    const cells = [{ models: [nano], recipes: ['none'], benchmarks: [benchmark], sampling }];
    writeFileSync(join(directory, 'study.json'), JSON.stringify({ name: 'secret', cells }));
    const made = async (...more: readonly string[]) => {
      const { code } = await run('study', 'study.json', '--workers', '1', '--quiet', ...more);
      expect(code).toBe(0);
      const folder = join(directory, 'thinkbits-runs', 'secret');
      return ['results.json', 'report.html', 'report.md'].map((file) =>
        readFileSync(join(folder, file), 'utf8'),
      );
    };
    const hidden = await made();
    for (const text of hidden) expect(text).not.toContain('SECRET');
    const { rows } = JSON.parse(hidden[0] as string);
    for (const sample of rows[0].samples) {
      expect(sample).toMatchObject({ withheld: true, thinking: '', text: '' });
    }
    const [results, page] = await made('--show-confidential');
    expect(results).toContain('SECRET');
    expect(page).toContain('SECRET');
  }, 30_000);
});
