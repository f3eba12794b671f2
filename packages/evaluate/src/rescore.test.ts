import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { comparableFiles, sampleLines, temporaryDirectory } from './__fixtures__/run-files.js';
import { exactScorer, scorers, toyBenchmark, toyEngine } from './__fixtures__/toy.js';
import { evaluate, rescore } from './index.js';

let directory: string;

beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(async () => await rm(directory, { recursive: true }));

/** One of three requests fails where asked. */
const call = (fails = false) => ({
  engine: toyEngine({ fails: ({ stream }) => fails && stream === 'sum-2' }),
  benchmarks: [toyBenchmark('sums', 3)],
  scorers,
  directory,
  recipe: null,
  seeds: [42, 43],
});

/** Finds every answer that it can read right. */
const lenient = new Map([
  [
    'exact',
    {
      ...exactScorer,
      score: (answer: Parameters<typeof exactScorer.score>[0]) => {
        const verdict = exactScorer.score(answer);
        return { ...verdict, correct: verdict.extracted !== null, reason: 'lenient' };
      },
    },
  ],
]);

describe('rescore', () => {
  it('changes verdicts and the summary, and nothing else', async () => {
    await evaluate(call());
    const before = await sampleLines(directory);
    const summary = await rescore(directory, lenient);
    const after = await sampleLines(directory);
    expect(after.map((line) => line.reason)).toEqual(Array(6).fill('lenient'));
    expect(after).toEqual(
      before.map((line) => ({ ...line, correct: line.extracted !== null, reason: 'lenient' })),
    );
    const readable = before.filter((line) => line.extracted !== null).length;
    expect(summary.sums?.accuracy).toBeCloseTo(readable / 6, 12);
    expect(JSON.parse(await readFile(join(directory, 'summary.json'), 'utf8'))).toEqual(summary);
  });

  it('with the same scorer leaves the same bytes', async () => {
    await evaluate(call());
    const before = await comparableFiles(directory);
    await rescore(directory, scorers);
    expect(await comparableFiles(directory)).toEqual(before);
  });

  it('leaves unanswered requests to be asked again', async () => {
    await evaluate(call(true));
    await rescore(directory, lenient);
    const failed = (await sampleLines(directory)).filter((line) => line.finish_reason === 'error');
    expect(failed.map(({ reason }) => reason)).toEqual(
      Array(2).fill('engine/connection: The connection was reset. Run the same command again.'),
    );
    const { engine, ...rest } = call();
    await evaluate({ engine, ...rest });
    expect(engine.asked).toHaveLength(2);
  });

  it('gives an unfinished run no summary file', async () => {
    const before = (given: number) => {
      if (given === 4) throw new Error('power cut');
    };
    await expect(evaluate({ ...call(), engine: toyEngine({ before }) })).rejects.toThrow();
    const summary = await rescore(directory, lenient);
    expect(summary.sums?.problems).toBeGreaterThan(0);
    await expect(readFile(join(directory, 'summary.json'))).rejects.toThrow();
  });

  it('refuses what it cannot judge, and what is no run', async () => {
    await evaluate(call());
    const before = await comparableFiles(directory);
    await expect(rescore(directory, new Map())).rejects.toMatchObject({
      code: 'evaluate/missing-scorer',
    });
    expect(await comparableFiles(directory)).toEqual(before);
    await expect(rescore(join(directory, 'nowhere'), scorers)).rejects.toMatchObject({
      code: 'run/not-a-run',
    });
  });

  it('aborted keeps the verdicts as they were', async () => {
    await evaluate(call());
    const before = await sampleLines(directory);
    const controller = new AbortController();
    const run = rescore(directory, lenient, { signal: controller.signal });
    controller.abort();
    await expect(run).rejects.toMatchObject({ code: 'run/aborted' });
    expect(await sampleLines(directory)).toEqual(before);
  });
});
