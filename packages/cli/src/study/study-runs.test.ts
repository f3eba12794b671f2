import { describe, expect, it } from 'vitest';
import { bitsLabel, modelLabel, recipeLabels } from './labels.js';
import { completeStudy, slug, studyRuns } from './study-runs.js';

const names = async (cells: Parameters<typeof studyRuns>[0]['cells']) =>
  (await studyRuns({ name: 's', cells }, process.cwd())).map(
    ({ model, recipe, benchmark, limit, seeds }) =>
      `${model} ${recipe.name} ${benchmark.name} ${limit ?? 'all'} ${seeds.join('+')}`,
  );
const base = { models: ['m'], recipes: ['rtn:w4'], benchmarks: ['chain'] };

describe('the runs of a study', () => {
  it('are the product of each cell, the float model first', async () => {
    expect(await names([{ ...base, models: ['m', 'n'], limit: 5 }])).toEqual([
      'm none chain 5 42',
      'm rtn:w4 chain 5 42',
      'n none chain 5 42',
      'n rtn:w4 chain 5 42',
    ]);
  });

  it('are done once where cells overlap, as far as the widest asks', async () => {
    const cells = [
      { ...base, limit: 5, seeds: [1] },
      { ...base, recipes: ['none', 'rtn:w3'], limit: 9, seeds: [1, 2] },
    ];
    expect(await names(cells)).toEqual([
      'm none chain 9 1+2',
      'm rtn:w4 chain 5 1',
      'm rtn:w3 chain 9 1+2',
    ]);
    expect((await names([{ ...base, limit: 5 }, base]))[0]).toBe('m none chain all 42');
  });

  it('calibrate on the text of the cell where they have to see some', async () => {
    const recipes = [
      'rtn:w4',
      'gptq:w4',
      {
        name: 'own',
        recipe: {
          pipeline: [{ use: 'gptq' }],
          weights: { bits: 3 as const },
          calibration: { source: 'a.txt' },
        },
      },
    ];
    const calibration = { source: 'chain-traces', samples: 64 };
    const cells = [{ ...base, recipes, calibration }];
    const runs = await studyRuns({ name: 's', cells }, process.cwd());
    const usual = { length: 'auto', seed: 0, sampling: 'traces', through: 'quantized' };
    expect(runs.map(({ recipe }) => recipe.recipe.calibration)).toEqual([
      undefined,
      undefined,
      { ...usual, ...calibration },
      expect.objectContaining({ source: 'a.txt', samples: 128 }),
    ]);
  });

  it('measure every text once, whichever cell asks', async () => {
    const [a, b] = [
      { name: 'a', file: 'a.txt' },
      { name: 'b', file: 'b.txt' },
    ];
    const cells = [
      { ...base, texts: [a] },
      { ...base, texts: [a, b] },
    ];
    const [float] = await studyRuns({ name: 's', cells }, process.cwd());
    expect(float?.texts).toEqual([a, b]);
    const other = { ...base, texts: [{ ...a, window: 64 }] };
    await expect(
      studyRuns({ name: 's', cells: [...cells, other] }, process.cwd()),
    ).rejects.toMatchObject({ code: 'study/conflicting-cells' });
  });

  it.each([
    ['sampling', { sampling: { temperature: 1 } }],
    ['seeds', { seeds: [7] }],
    ['data', { benchmarks: [{ name: 'chain', data: 'x.jsonl' }] }],
  ])('cannot be paired where cells differ in %s', async (what, change) => {
    await expect(names([base, { ...base, ...change }])).rejects.toThrow(what);
  });

  it('are spelled out in the study that is kept', () => {
    expect(completeStudy({ name: 's', cells: [base] })).toEqual({
      name: 's',
      title: 's',
      cells: [{ ...base, recipes: ['none', 'rtn:w4'], seeds: [42] }],
    });
  });
});

describe('labels', () => {
  it('are bits where these tell recipes apart', async () => {
    const runs = await studyRuns(
      { name: 's', cells: [{ ...base, recipes: ['rtn:w4g64', 'rtn:w4g128', 'rtn:w4a8k4v3'] }] },
      process.cwd(),
    );
    expect([...recipeLabels(runs.map(({ recipe }) => recipe)).values()]).toEqual([
      'float',
      'rtn:w4g64',
      'rtn:w4g128',
      'W4A8K4V3',
    ]);
    expect(bitsLabel((runs[3] as (typeof runs)[number]).recipe.recipe)).toBe('W4A8K4V3');
  });

  it('are names where a method is at work that bits do not tell', async () => {
    const recipes = ['gptq:w4g64', 'rtn:w3g64', 'kivi:kv2'];
    const runs = await studyRuns({ name: 's', cells: [{ ...base, recipes }] }, process.cwd());
    expect([...recipeLabels(runs.map(({ recipe }) => recipe)).values()]).toEqual([
      'float',
      'gptq:w4g64',
      'W3',
      'kivi:kv2',
    ]);
  });

  it('drop what all models share', () => {
    expect(modelLabel('tiny-reasoner-nano')).toBe('nano');
    expect(modelLabel('Qwen/Qwen2.5-0.5B')).toBe('Qwen2.5-0.5B');
  });

  it('become file names that stay in their folder', () => {
    expect(slug('Qwen/Qwen2.5', 'rtn:w4g64', '../x')).toBe('Qwen-Qwen2.5--rtn-w4g64--x');
  });
});
