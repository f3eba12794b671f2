import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scorer } from '@thinkbits/spec';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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

const judgesOf = async () =>
  JSON.parse(await readFile(join(directory, 'run.json'), 'utf8')).scorers as unknown;

describe('a run that is opened with other scorers', () => {
  const told = { ...exactScorer, version: '1.0.0', options: { strict: true } };
  const asking = (scorer: Scorer) => {
    const engine = toyEngine();
    const given = { ...call(), engine, scorers: new Map([['exact', scorer]]) };
    return { engine, given };
  };

  it('names them, and judges the stored answers again without asking for any', async () => {
    await evaluate(call());
    expect(await judgesOf()).toEqual([{ id: 'exact', version: null }]);
    const { engine, given } = asking({ ...lenient.get('exact')!, version: '2.0.0' });
    const summary = await evaluate({ ...given, limit: 1 });
    expect(engine.asked).toEqual([]);
    expect(summary.sums?.problems).toBe(1);
    const lines = await sampleLines(directory);
    // Those beyond the limit as well: a directory holds the verdicts of one judge.
    expect(lines.map(({ reason }) => reason)).toEqual(Array(6).fill('lenient'));
    expect(await judgesOf()).toEqual([{ id: 'exact', version: '2.0.0' }]);
  });

  it('leaves the files of a run that they judged from the beginning', async () => {
    await evaluate(call());
    await evaluate(asking(told).given);
    const again = await comparableFiles(directory);
    await rm(directory, { recursive: true });
    await evaluate(asking(told).given);
    expect(again).toEqual(await comparableFiles(directory));
    expect(await judgesOf()).toEqual([
      { id: 'exact', version: '1.0.0', options: { strict: true } },
    ]);
  });

  it.each([
    ['with the same it judges nothing again', told, 0],
    ['other rules', { ...told, options: { strict: false } }, 6],
    ['another version', { ...told, version: '1.0.1' }, 6],
  ])('%s', async (_, scorer, judged) => {
    await evaluate(asking(told).given);
    const score = vi.fn(exactScorer.score);
    const { engine, given } = asking({ ...scorer, score });
    await evaluate(given);
    expect(score).toHaveBeenCalledTimes(judged);
    expect(engine.asked).toEqual([]);
  });

  it('is judged once more where that was broken off, whoever judges', async () => {
    await evaluate(asking(told).given);
    const before = await comparableFiles(directory);
    const controller = new AbortController();
    const score = () => {
      controller.abort();
      return exactScorer.score({ prediction: '', answer: '' });
    };
    const { given } = asking({ ...told, version: '2.0.0', score });
    await expect(evaluate({ ...given, signal: controller.signal })).rejects.toMatchObject({
      code: 'run/aborted',
    });
    expect(await judgesOf()).toBeUndefined();
    await evaluate(asking(told).given);
    expect(await comparableFiles(directory)).toEqual(before);
  });

  it('a run of an older version, which names none, goes on', async () => {
    await evaluate(call());
    const before = await comparableFiles(directory);
    const { scorers: _, ...older } = JSON.parse(before['run.json'] as string);
    await writeFile(join(directory, 'run.json'), JSON.stringify(older));
    const { engine, ...rest } = call();
    await evaluate({ engine, ...rest });
    expect(engine.asked).toEqual([]);
    expect(await comparableFiles(directory)).toEqual(before);
  });
});

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
