import { describeBenchmark } from '@thinkbits/conformance';
import type { LoadOptions, Problem } from '@thinkbits/spec';
import { describe, expect, it } from 'vitest';
import { inventedQuestions } from './__fixtures__/invented-questions.js';
import { benchmark, gpqa } from './index.js';

describeBenchmark(benchmark, { rows: inventedQuestions });
describeBenchmark(gpqa('gpqa-main'), { rows: inventedQuestions });

const load = async (options: LoadOptions = {}) =>
  (await benchmark.load({ rows: inventedQuestions, ...options })).problems;
const orderOf = ({ extra }: Problem): number[] =>
  (extra as { option_order: number[] }).option_order;
/** Rows enough to tell a fair draw from another. */
const many = Array.from({ length: 400 }, (_, i) => ({
  ...inventedQuestions[0],
  'Record ID': `inv-${i}`,
}));
const places = async (options: LoadOptions) =>
  (await load({ rows: many, ...options })).map((problem) => orderOf(problem).indexOf(0));

describe('GPQA', () => {
  it('asks as simple-evals and the study do', async () => {
    const [problem] = await load({ options: { optionOrder: 'lighteval' } });
    expect(problem?.messages).toEqual([
      {
        role: 'user',
        content: `Answer the following multiple choice question. The last line of your response should be of the following format: 'Answer: $LETTER' (without quotes) where LETTER is one of ABCD. Think step by step before answering.

Which of these numbers is prime?

A) 8
B) 9
C) 10
D) 7`,
      },
    ]);
    expect(problem).toMatchObject({
      id: 'inv-1',
      answer: 'D',
      choices: 4,
      scorer: 'choice',
      groups: { domain: 'Mathematics' },
      extra: { option_order: [1, 2, 3, 0] },
    });
  });

  it('expects the letter at which the right option stands, whatever the order', async () => {
    for (const optionOrder of ['seeded', 'lighteval', 'simple-evals']) {
      for (const problem of await load({ options: { optionOrder } })) {
        const { messages, answer, row } = problem;
        expect(messages[0]?.content).toContain(`\n${answer}) ${row['Correct Answer']}`);
        expect(orderOf(problem).toSorted()).toEqual([0, 1, 2, 3]);
        for (const wrong of [1, 2, 3])
          expect(messages[0]?.content).toContain(`) ${row[`Incorrect Answer ${wrong}`]}`);
      }
    }
  });

  it('draws the place of the right option evenly from seed and record id alone', async () => {
    const drawn = await places({ seed: 1 });
    for (const place of [0, 1, 2, 3]) {
      // 100 are expected; five standard deviations are 43
      expect(Math.abs(drawn.filter((other) => other === place).length - 100)).toBeLessThan(43);
    }
    expect(await places({ seed: 1 })).toEqual(drawn);
    expect(await places({ seed: 2 })).not.toEqual(drawn);
    expect(await places({ seed: 2, options: { orderSeed: 1 } })).toEqual(drawn);
    const backwards = await places({ seed: 1, rows: many.toReversed() });
    expect(backwards.toReversed()).toEqual(drawn);
    const [first] = await load({ seed: 3 });
    const wrong = orderOf(first as Problem).filter((which) => which > 0);
    expect(wrong, 'wrong options keep their order').toEqual([1, 2, 3]);
  });

  it('places the right option where Python does', async () => {
    // CPython 3.11: random.seed(seed); [random.randint(0, 3) for _ in range(20)]
    const python = {
      1234: [3, 0, 0, 0, 0, 0, 0, 2, 1, 0, 0, 0, 2, 3, 3, 1, 0, 1, 0, 0],
      42: [0, 0, 2, 1, 1, 1, 0, 0, 3, 0, 0, 0, 1, 1, 0, 1, 3, 1, 3, 2],
    };
    const lighteval = { optionOrder: 'lighteval' };
    for (const seed of [42, 43]) {
      const drawn = await places({ seed, options: lighteval });
      expect(drawn.slice(0, 20), 'whatever the seed of the run').toEqual(python[1234]);
    }
    const intended = await places({ options: { ...lighteval, orderSeed: 42 } });
    expect(intended.slice(0, 20)).toEqual(python[42]);
  });

  it('permutes all options as simple-evals does', async () => {
    const problems = await load({ options: { optionOrder: 'simple-evals' } });
    // CPython 3.11: rng = random.Random(0); [rng.sample(range(4), 4) for _ in range(6)]
    expect(problems.map(orderOf)).toEqual([
      [3, 1, 0, 2],
      [3, 1, 2, 0],
      [2, 3, 0, 1],
      [2, 0, 3, 1],
      [1, 3, 0, 2],
      [2, 1, 0, 3],
    ]);
  });

  it('is confidential: no message quotes a row, and problems keep indexes only', async () => {
    expect(benchmark.confidential).toBe(true);
    const secret = { ...inventedQuestions[0], Question: 42_424_242 };
    const error = await load({ rows: [secret], places: ['gpqa.csv, line 2'] }).catch((e) => e);
    expect(error).toMatchObject({
      code: 'benchmark/bad-row',
      message: 'gpqa.csv, line 2: Question must be a text.',
    });
    expect(JSON.stringify(error)).not.toContain('42424242');
    const [first] = await load();
    expect(Object.keys(first?.extra ?? {})).toEqual(['option_order']);
  });

  it('has no data of its own, and refuses options that it does not know', async () => {
    await expect(benchmark.load()).rejects.toMatchObject({
      code: 'benchmark/no-data',
      help: expect.stringContaining('gpqa_diamond.csv'),
    });
    await expect(load({ options: { optionOrdr: 'seeded' } })).rejects.toMatchObject({
      code: 'benchmark/bad-options',
      message: expect.stringContaining('did you mean "optionOrder"'),
    });
  });
});
