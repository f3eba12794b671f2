import { describeBenchmark } from '@thinkbits/conformance';
import type { JsonObject } from '@thinkbits/spec';
import { describe, expect, it } from 'vitest';
import { benchmark } from './index.js';

const rows = [
  { question: 'What is 2 + 2?', answer: '4', scorer: 'math' },
  { question: 'What is 1/2?', answer: 0.5, scorer: 'math', note: 'let through' },
  {
    id: 7,
    question: 'Which is a fruit?',
    answer: 'B',
    scorer: 'choice',
    choices: ['a stone', 'a plum'],
    groups: { kind: 'choice', level: 1 },
  },
];

describeBenchmark(benchmark, { rows });

const load = async (given: readonly object[], options: JsonObject = {}) =>
  (await benchmark.load({ rows: given, options })).problems;

describe('questions of your own', () => {
  it('need a question, an answer and the name of a scorer', async () => {
    const problems = await load(rows);
    expect(problems.map(({ messages, answer, scorer }) => [messages, answer, scorer])).toEqual([
      [[{ role: 'user', content: 'What is 2 + 2?' }], '4', 'math'],
      [[{ role: 'user', content: 'What is 1/2?' }], '0.5', 'math'],
      [[{ role: 'user', content: 'Which is a fruit?\n\nA) a stone\nB) a plum' }], 'B', 'choice'],
    ]);
    expect(problems[2]).toMatchObject({
      id: '7',
      choices: 2,
      groups: { kind: 'choice', level: 1 },
    });
  });

  it('are named by what they ask, wherever they stand', async () => {
    const ids = (await load(rows)).map(({ id }) => id);
    expect((await load(rows.toReversed())).map(({ id }) => id).toReversed()).toEqual(ids);
    await expect(load([rows[0] as object, rows[0] as object])).rejects.toMatchObject({
      code: 'benchmark/duplicate-id',
    });
  });

  it('may leave scorer and instruction to the options', async () => {
    const instruction = 'Put your final answer within \\boxed{}.';
    const [problem] = await load([{ question: 'q', answer: 'x' }], { scorer: 'math', instruction });
    expect(problem?.scorer).toBe('math');
    expect(problem?.messages[0]?.content).toBe(`q\n\n${instruction}`);
    await expect(load([{ question: 'q', answer: 'x' }])).rejects.toThrow(
      /row 1: scorer is missing/,
    );
  });

  it('may be answered by programs, which are judged by tests', async () => {
    const tests = { functionName: 'double', cases: [{ input: '2', output: '4' }] };
    const [problem] = await load([{ question: 'Write double.', scorer: 'code', tests }]);
    expect(problem).toMatchObject({ scorer: 'code', answer: 'passes 1 tests' });
    expect(await benchmark.tests?.(problem!)).toEqual(tests);
    for (const row of [
      { question: 'q', scorer: 'code', answer: 'x' },
      { question: 'q', scorer: 'code', tests: { cases: [] } },
    ]) {
      await expect(load([row])).rejects.toMatchObject({
        code: 'benchmark/bad-row',
        message: expect.stringMatching(/row 1/),
      });
    }
  });

  it('without an answer are refused where nothing else says what is right', async () => {
    await expect(load([{ question: 'q', scorer: 'math' }])).rejects.toThrow(/row 1.*answer/);
  });

  it('come from a file', async () => {
    await expect(benchmark.load()).rejects.toMatchObject({
      code: 'benchmark/no-data',
      help: expect.stringContaining('--data mine.jsonl'),
    });
  });
});
