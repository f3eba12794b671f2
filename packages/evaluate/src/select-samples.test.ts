import { appendFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleLines, temporaryDirectory } from './__fixtures__/run-files.js';
import { scorers, type ToyEngineOptions, toyBenchmark, toyEngine } from './__fixtures__/toy.js';
import { evaluate, type SampleFilter, selectSamples } from './index.js';

let root: string;
let float: string;
let quantized: string;

const benchmarks = [toyBenchmark('sums', 12), toyBenchmark('more-sums', 6)];

async function run(name: string, engine: ToyEngineOptions): Promise<string> {
  const directory = join(root, name);
  const call = { engine: toyEngine(engine), benchmarks, scorers, recipe: null, seeds: [42, 43] };
  await evaluate({ ...call, directory });
  return directory;
}

beforeAll(async () => {
  root = await temporaryDirectory();
  float = await run('float', { skill: 0.9 });
  quantized = await run('quantized', { skill: 0.4 });
});
afterAll(async () => await rm(root, { recursive: true }));

async function select(directory: string, filter?: SampleFilter) {
  const found = [];
  for await (const each of selectSamples(directory, filter)) found.push(each);
  return found;
}

describe('selectSamples', () => {
  it('gives all samples in the order of the file, with their texts', async () => {
    const found = await select(quantized);
    expect(found.map(({ sample }) => sample)).toEqual(await sampleLines(quantized));
  });

  it('filters by everything that is asked for', async () => {
    const filter = { correct: false, benchmark: 'sums', repeat: 1 };
    const found = await select(quantized, filter);
    const wrong = (await select(quantized)).filter(
      ({ benchmark, sample }) => benchmark === 'sums' && sample.repeat === 1 && !sample.correct,
    );
    expect(found).toEqual(wrong);
    expect(found.length).toBeGreaterThan(0);
    const [{ sample }] = found as [(typeof found)[number]];
    expect(await select(quantized, { ...filter, problem: sample.problem })).toEqual([found[0]]);
    expect(await select(quantized, { truncated: true, unread: false })).toEqual([]);
  });

  it('finds what flipped against another run', async () => {
    const found = await select(quantized, { against: float, flipped: true });
    expect(found.length).toBeGreaterThan(0);
    // equal seeds give equal draws: a lower skill can only lose answers
    for (const { sample, other } of found)
      expect([sample.correct, other?.correct]).toEqual([false, true]);
    const all = await select(quantized, { against: float });
    expect(all.filter(({ sample, other }) => sample.correct !== other?.correct)).toEqual(found);
  });

  it('gives the later of two lines of one sample', async () => {
    const [first] = await sampleLines(float);
    const again = { ...first, text: 'said anew' };
    await appendFile(join(float, 'samples.jsonl'), `${JSON.stringify(again)}\n`);
    const found = await select(float);
    expect(found.at(-1)?.sample.text).toBe('said anew');
    expect(found.filter(({ sample }) => sample.key === first?.key)).toHaveLength(1);
  });

  it.each([
    [{ flipped: true }, 'samples/flipped-alone'],
    [{ benchmark: 'sum' }, 'samples/unknown-benchmark'],
    [{ problem: 'nowhere' }, 'samples/unknown-problem'],
  ])('refuses %j', async (filter, code) => {
    await expect(select(quantized, filter)).rejects.toMatchObject({ code });
  });
});
