import { rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scorer } from '@thinkbits/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from './__fixtures__/run-files.js';
import { scorers, type ToyEngineOptions, toyBenchmark, toyEngine } from './__fixtures__/toy.js';
import { compareRuns, type EvaluateOptions, evaluate } from './index.js';

let root: string;

const benchmarks = [toyBenchmark('sums', 12), toyBenchmark('more-sums', 6)];

async function run(
  name: string,
  engine: ToyEngineOptions,
  overrides: Partial<EvaluateOptions> = {},
) {
  const directory = join(root, name);
  await evaluate({
    engine: toyEngine(engine),
    benchmarks,
    scorers,
    directory,
    recipe: null,
    seeds: [42, 43],
    ...overrides,
  });
  return directory;
}

beforeAll(async () => {
  root = await temporaryDirectory();
});
afterAll(async () => await rm(root, { recursive: true }));

describe('compareRuns', () => {
  it('pairs two runs benchmark by benchmark', async () => {
    const a = await run('float', { skill: 0.9 });
    const b = await run('quantized', { skill: 0.4, modelHash: 'codes' });
    const comparison = await compareRuns(a, b, { margin: 0.05 });
    expect(comparison.also_differs).toEqual([]);
    expect(comparison.b.model.hash).toBe('codes');
    expect(Object.keys(comparison.benchmarks)).toEqual(['more-sums', 'sums']);
    const { sums } = comparison.benchmarks;
    expect(sums).toMatchObject({ pairs: 24, problems: 12, repeats: 2, unpaired: { a: 0, b: 0 } });
    // Equal seeds give equal draws, so a lower skill can only lose answers.
    expect(sums?.flips.wrong_to_correct).toBe(0);
    expect(sums?.difference).toBeCloseTo(-(sums?.flips.correct_to_wrong ?? 0) / 24, 12);
    expect(sums?.drop).toBeGreaterThan(0);
  });

  it('corrects for the number of benchmarks', async () => {
    const { benchmarks: compared } = await compareRuns(
      join(root, 'float'),
      join(root, 'quantized'),
    );
    const p = Object.values(compared).map(({ mcnemar }) => mcnemar);
    const least = p.toSorted((x, y) => x.p - y.p)[0];
    expect(least?.p_holm).toBeCloseTo(Math.min(1, 2 * (least?.p ?? 0)), 12);
  });

  it('says what else differs', async () => {
    const b = await run('hotter', {}, { sampling: { temperature: 1 }, seeds: [7] });
    const { also_differs } = await compareRuns(join(root, 'float'), b);
    expect(also_differs).toContain('benchmarks.sums.sampling.temperature: 0.6 and 1');
    expect(also_differs).toContain('seeds.0: 42 and 7');
  });

  it('says that others judged', async () => {
    const exact = { ...(scorers.get('exact') as Scorer), options: { strict: true } };
    const b = await run('judged-otherwise', {}, { scorers: new Map([['exact', exact]]) });
    const { also_differs } = await compareRuns(join(root, 'float'), b);
    expect(also_differs).toEqual(['scorers.exact.options: undefined and {"strict":true}']);
  });

  it('takes an unfinished run for what it has', async () => {
    const b = await run('torn', { skill: 0.4 });
    await truncate(join(b, 'samples.jsonl'), 7000); // all of more-sums, a part of sums
    const { benchmarks: compared } = await compareRuns(join(root, 'float'), b);
    const pairs = Object.values(compared).reduce((sum, each) => sum + each.pairs, 0);
    const missing = Object.values(compared).reduce((sum, each) => sum + each.unpaired.a, 0);
    expect(pairs).toBeGreaterThan(0);
    expect(pairs + missing).toBeLessThanOrEqual(36);
    expect(missing).toBeGreaterThan(0);
  });

  it('refuses different data, nothing in common, a meaningless margin, and what is no run', async () => {
    const a = join(root, 'float');
    const [first] = benchmarks;
    const problems = { ...first!.problems, dataHash: 'other data' };
    const other = await run('other-data', {}, { benchmarks: [{ ...first!, problems }] });
    await expect(compareRuns(a, other)).rejects.toMatchObject({ code: 'compare/different-data' });
    const apart = await run('apart', {}, { benchmarks: [toyBenchmark('apart', 2)] });
    await expect(compareRuns(a, apart)).rejects.toMatchObject({
      code: 'compare/no-common-benchmark',
    });
    await expect(compareRuns(a, a, { margin: 5 })).rejects.toMatchObject({
      code: 'compare/bad-margin',
    });
    await expect(compareRuns(a, root)).rejects.toMatchObject({ code: 'run/not-a-run' });
  });
});
