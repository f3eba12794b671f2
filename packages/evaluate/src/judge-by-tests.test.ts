import { rm } from 'node:fs/promises';
import { type Problem, type Scorer, ThinkbitsError } from '@thinkbits/spec';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { comparableFiles, sampleLines, temporaryDirectory } from './__fixtures__/run-files.js';
import { exactScorer, scorers, toyBenchmark, toyEngine } from './__fixtures__/toy.js';
import { type BenchmarkProblems, type EvaluateOptions, evaluate, rescore } from './index.js';

let directory: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(async () => await rm(directory, { recursive: true }));

/** Compares with the output of the only test, some turns later: the first that are asked for come last. */
function testingScorer(overrides: Partial<Scorer> = {}): Scorer & { readonly atOnce: number[] } {
  let running = 0;
  const atOnce: number[] = [];
  return {
    ...exactScorer,
    id: 'testing',
    needs: 'tests',
    atOnce,
    async score({ prediction, tests }) {
      atOnce.push(++running);
      await new Promise((later) => setTimeout(later, 20 - 2 * running));
      running--;
      const verdict = exactScorer.score({ prediction, answer: tests!.cases[0]!.output });
      return { ...verdict, details: { tests: [verdict.correct ? 'passed' : 'wrong-answer'] } };
    },
    ...overrides,
  };
}

function tested(count: number): BenchmarkProblems {
  const { benchmark, problems } = toyBenchmark('sums', count, 'testing');
  const answers = new Map(problems.problems.map(({ id, answer }) => [id, answer]));
  return {
    benchmark: {
      ...benchmark,
      tests: async ({ id }: Problem) => ({ cases: [{ input: '', output: answers.get(id)! }] }),
    },
    problems: {
      ...problems,
      problems: problems.problems.map((each) => ({ ...each, answer: 'passes 1 test' })),
    },
  };
}

const call = (scorer: Scorer, overrides: Partial<EvaluateOptions> = {}): EvaluateOptions => ({
  engine: toyEngine(),
  benchmarks: [tested(6)],
  scorers: new Map([['testing', scorer]]),
  directory,
  recipe: null,
  seeds: [42, 43],
  ...overrides,
});

describe('answers that are judged by tests', () => {
  it('get the verdicts of a scorer that answers at once, and keep what became of each test', async () => {
    const summary = await evaluate(call(testingScorer()));
    const lines = await sampleLines(directory);
    expect(lines).toHaveLength(12);
    for (const { correct, details } of lines) {
      expect(details).toEqual({ tests: [correct ? 'passed' : 'wrong-answer'] });
    }
    const other = await temporaryDirectory();
    const plain = { benchmarks: [toyBenchmark('sums', 6)], scorers, directory: other };
    const atOnce = await evaluate(call(testingScorer(), plain));
    expect(summary.sums?.accuracy).toBe(atOnce.sums?.accuracy);
    await rm(other, { recursive: true });
  });

  it('leave the same files whatever order the engine and the judge have', async () => {
    await evaluate(call(testingScorer()));
    const before = await comparableFiles(directory);
    await rm(directory, { recursive: true });
    await evaluate(call(testingScorer(), { engine: toyEngine({ order: 7 }) }));
    expect(await comparableFiles(directory)).toEqual(before);
  });

  it('are refused without tests, before anything is asked', async () => {
    const engine = toyEngine();
    const bare = { engine, benchmarks: [toyBenchmark('sums', 2, 'testing')] };
    await expect(evaluate(call(testingScorer(), bare))).rejects.toMatchObject({
      code: 'evaluate/missing-tests',
      category: 'usage',
    });
    expect(engine.asked).toHaveLength(0);
  });

  it('are not asked for where the machine cannot judge them', async () => {
    const engine = toyEngine();
    const prepare = async () => {
      throw new ThinkbitsError({ code: 'toy/no-sandbox', message: 'none', help: 'Get one.' });
    };
    await expect(evaluate(call(testingScorer({ prepare }), { engine }))).rejects.toMatchObject({
      code: 'toy/no-sandbox',
    });
    expect(engine.asked).toHaveLength(0);
    // A run that is whole needs no judge.
    await evaluate(call(testingScorer()));
    await evaluate(call(testingScorer({ prepare })));
  });

  it('that were not judged when the call was aborted are asked again', async () => {
    const controller = new AbortController();
    let judged = 0;
    const score: Scorer['score'] = async (_, { signal } = {}) => {
      if (++judged < 4) return { ...exactScorer.score({ prediction: '', answer: '' }) };
      controller.abort();
      throw signal!.reason;
    };
    const asked = call(testingScorer({ score }), { signal: controller.signal });
    await expect(evaluate(asked)).rejects.toMatchObject({ code: 'run/aborted' });
    const engine = toyEngine();
    await evaluate(call(testingScorer(), { engine }));
    expect(engine.asked).toHaveLength(12 - 3);
  });

  it('are judged anew with the benchmark, and not without or with other data', async () => {
    const scorer = testingScorer();
    await evaluate(call(scorer));
    const before = await comparableFiles(directory);
    const judges = new Map([['testing', scorer]]);
    await expect(rescore(directory, judges)).rejects.toMatchObject({
      code: 'evaluate/missing-tests',
    });
    const given = tested(6);
    const other = { ...given, problems: { ...given.problems, dataHash: 'other' } };
    await expect(rescore(directory, judges, { benchmarks: [other] })).rejects.toMatchObject({
      code: 'evaluate/other-data',
    });
    expect(await comparableFiles(directory)).toEqual(before);
    await rescore(directory, judges, { benchmarks: [given] });
    expect(await comparableFiles(directory)).toEqual(before);
  });
});
