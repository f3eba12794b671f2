import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../testing/temporary-directory.js';
import { resolveBenchmark } from './benchmark.js';
import { locateModel } from './model.js';
import { resolveQuantizer, resolveStage } from './quantizer.js';
import { resolveRecipe } from './recipe.js';
import { resolveScorer } from './scorer.js';

const directory = temporaryDirectory();

/** An installed package that exports one object. */
function install(name: string, exports: unknown, code: string): void {
  const folder = join(directory, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, type: 'module', exports }));
  writeFileSync(join(folder, 'entry.js'), code);
}
const scorer = (id: string) => `export const scorer = { id: '${id}', score() {} };`;

describe('names of packages', () => {
  install('@thinkbits/scorer-both', './entry.js', scorer('official'));
  install('thinkbits-scorer-both', './entry.js', scorer('community'));
  install('thinkbits-scorer-mine', { '.': { import: './entry.js' } }, scorer('mine'));
  install('any-package', { node: { default: './entry.js' } }, scorer('any'));
  install('thinkbits-scorer-empty', './entry.js', 'export const other = 1;');
  install('thinkbits-scorer-broken', './entry.js', 'throw new Error("no");');
  install('@thinkbits/scorer-math', './entry.js', scorer('of the user'));
  writeFileSync(join(directory, 'local.mjs'), scorer('local'));

  it.each([
    ['both', 'official'],
    ['mine', 'mine'],
    ['any-package', 'any'],
    ['./local.mjs', 'local'],
    [join(directory, 'local.mjs'), 'local'],
    ['math', 'of the user'],
  ])('%s is found, seen from the user first', async (name, id) => {
    expect((await resolveScorer(name, directory)).id).toBe(id);
  });

  it('what comes with the command is found from anywhere', async () => {
    expect((await resolveQuantizer('rtn', directory)).id).toBe('rtn');
  });

  it.each([
    ['empty', 'scorer/bad-package'],
    ['broken', 'scorer/not-loadable'],
    ['./nowhere.mjs', 'scorer/not-found'],
  ])('%s is %s', async (name, code) => {
    await expect(resolveScorer(name, directory)).rejects.toMatchObject({ code });
  });

  it.each([
    ['./rows.jsonl', 'benchmark/not-loadable'],
    ['rows.jsonl', 'benchmark/not-found'],
    ['nowhere.parquet', 'benchmark/not-found'],
  ])('%s in place of a benchmark is told where rows go', async (name, code) => {
    writeFileSync(join(directory, 'rows.jsonl'), '{}\n');
    const error = await resolveBenchmark(name, directory).catch((reason) => reason);
    expect(error.code).toBe(code);
    expect(error.help).toContain(`--benchmark jsonl --data ${name}`);
    expect(error.help).not.toContain('npm install');
  });

  it('a path that looks like a name is told how paths begin', async () => {
    const error = await resolveScorer('scorers/mine', directory).catch((reason) => reason);
    expect(error.code).toBe('scorer/not-found');
    expect(error.help).toMatch(/ A path begins with \.\/$/);
  });

  it('an unknown name lists what is installed and how to install it', async () => {
    const error = await resolveScorer('mina', directory).catch((reason) => reason);
    expect(error.help).toBe(
      'Did you mean "mine"? Installed: both, broken, choice, code, empty, math, meta-reasoning, mine. To install: npm install @thinkbits/scorer-mina (or thinkbits-scorer-mina).',
    );
  });
});

describe('recipes', () => {
  it('short forms ask the package whether it rounds', async () => {
    install(
      'thinkbits-quantizer-mine',
      './entry.js',
      `export const quantizer = { id: 'mine', optionsSchema: {}, create: () => ({ role: 'rounder' }) };`,
    );
    const uses = async (text: string) =>
      (await resolveRecipe(text, directory)).recipe.pipeline.map(({ use }) => use);
    expect(await uses('mine:w4')).toEqual(['mine']);
    expect(await uses('awq:w4')).toEqual(['awq', 'rtn']);
    expect(await uses('rtn:kv4')).toEqual([]);
  });

  it('a preset is its JSON', async () => {
    const { name, recipe } = await resolveRecipe('paper/gptq-w3', directory);
    expect(name).toBe('paper/gptq-w3');
    expect(recipe.weights).toMatchObject({ bits: 3, group: 128 });
  });

  it('a printed recipe reads back as itself', async () => {
    const { recipe } = await resolveRecipe('rtn:w4g64a8kv4head8', directory);
    writeFileSync(join(directory, 'printed.json'), JSON.stringify(recipe));
    expect((await resolveRecipe('printed.json', directory)).recipe).toEqual(recipe);
  });

  it('options of a stage are held against its schema', async () => {
    await expect(resolveStage({ use: 'rtn', clip: 3 }, directory)).rejects.toMatchObject({
      code: 'recipe/bad-options',
    });
  });
});

describe('models', () => {
  mkdirSync(join(directory, 'own', 'model'), { recursive: true });

  it.each([
    ['tiny-reasoner-nano', { kind: 'folder', name: 'tiny-reasoner-nano' }],
    ['own/model', { kind: 'folder', name: 'model', directory: join(directory, 'own', 'model') }],
    ['Qwen/Qwen2.5-0.5B', { kind: 'hub', id: 'Qwen/Qwen2.5-0.5B' }],
    [
      'Qwen/Qwen2.5-0.5B@refs/pr/1',
      { kind: 'hub', id: 'Qwen/Qwen2.5-0.5B', revision: 'refs/pr/1' },
    ],
  ])('%s', (text, place) => {
    expect(locateModel(text, directory)).toMatchObject(place);
  });

  it.each(['', 'a', '/no/where', '../no', 'a/b/c'])('%j is not found', (text) => {
    expect(() => locateModel(text, directory)).toThrow('There is no model');
  });
});
