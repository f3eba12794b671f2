import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchmark as chain, chainProblemId } from '@thinkbits/benchmark-chain';
import { describe, expect, it } from 'vitest';
import { runInProcess } from '../testing/run-in-process.js';
import { temporaryDirectory } from '../testing/temporary-directory.js';

const directory = temporaryDirectory();
const nano = 'tiny-reasoner-nano';
const run = (argv: readonly string[]) => runInProcess(argv, { directory });
const lines = (file: string) =>
  readFileSync(join(directory, file), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const few = ['--workers', '1', '--max-tokens', '24', '--temperature', '0'];

describe('calibrate', () => {
  it('keeps whole generations of fresh problems, extends them, and feeds quantize', async () => {
    const ask = (limit: string) =>
      run(['calibrate', nano, '-b', 'chain', '--limit', limit, ...few, '-o', 'traces.jsonl']);
    const first = await ask('2');
    expect(first.stderr).not.toContain('error');
    expect(first.code).toBe(0);
    const two = lines('traces.jsonl');
    const tested = new Set((await chain.load()).problems.map(({ id }) => id));
    for (const { question, prompt, generated_text: generated, tokens, ...rest } of two) {
      expect(tested).not.toContain(chainProblemId(question));
      expect(prompt).toBe(`<|begin_of_sentence|><|User|>${question}<|Assistant|><think>\n`);
      expect(generated).toMatch(/\d/);
      expect(tokens).toBe(24);
      expect(rest).toMatchObject({ finish_reason: 'length', seed: 42 });
    }
    expect((await ask('3')).code).toBe(0);
    const three = lines('traces.jsonl');
    expect(three).toHaveLength(3);
    expect(three.filter(({ id }) => two.some((trace) => trace.id === id))).toEqual(two);

    const calibrated = ['quantize', nano, '--calibration', 'traces.jsonl'];
    const short = await run([...calibrated, '-r', 'gptq:w3g64', '-o', 'short']);
    expect([short.code, short.stderr]).toEqual([
      3,
      expect.stringContaining('error calibration/too-short'),
    ]);
    const recipe = {
      pipeline: [{ use: 'gptq' }],
      weights: { bits: 3, group: 64 },
      calibration: { samples: 2, length: 64, sampling: 'traces' },
    };
    writeFileSync(join(directory, 'gptq.json'), JSON.stringify(recipe));
    expect((await run([...calibrated, '-r', 'gptq.json', '-o', 'whole'])).code).toBe(0);
    const manifest = JSON.parse(readFileSync(join(directory, 'whole/thinkbits.json'), 'utf8'));
    expect(manifest.calibration).toMatchObject({
      windows: 2,
      hash: expect.stringMatching(/^\w{64}$/),
    });
    expect(manifest.recipe.calibration.source).toBe('traces.jsonl');
  }, 120_000);

  it('never asks the test set unasked', async () => {
    const math = ['calibrate', nano, '-b', 'math-500', ...few, '-o', 'math.jsonl'];
    const refused = await run(math);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining('error calibrate/test-problems'),
    ]);
    const { problems } = await chain.load({ limit: 1 });
    writeFileSync(join(directory, 'tested.jsonl'), JSON.stringify(problems[0]?.row));
    const tested = ['calibrate', nano, '-b', 'chain', '--data', 'tested.jsonl', ...few];
    expect((await run([...tested, '-o', 'tested.out'])).stderr).toContain('1 of the 1 problems');
    const allowed = await run([...tested, '--allow-test-problems', '-o', 'tested.out']);
    expect(allowed.code).toBe(0);
    expect(lines('tested.out')).toHaveLength(1);
  }, 60_000);

  it('writes over no file of others', async () => {
    writeFileSync(join(directory, 'mine.jsonl'), 'mine');
    const refused = await run(['calibrate', nano, '-b', 'chain', ...few, '-o', 'mine.jsonl']);
    expect([refused.code, refused.stderr]).toEqual([
      3,
      expect.stringContaining('error calibrate/output-exists'),
    ]);
  });
});

describe('calibration text', () => {
  it('that is missing, unknown or only the model’s own is a coded error', async () => {
    const quantize = (...rest: string[]) =>
      run(['quantize', nano, '-r', 'gptq:w3g64', '-o', 'never', ...rest]);
    const missing = await quantize();
    expect([missing.code, missing.stderr]).toEqual([
      3,
      expect.stringMatching(/error calibration\/missing[\s\S]*--calibration/),
    ]);
    expect((await quantize('--calibration', 'wikitext')).stderr).toMatch(
      /error calibration\/unknown-source[\s\S]*wikitext-2/,
    );
    expect((await quantize('--calibration', 'numina-math-traces')).stderr).toContain(
      'error calibration/self-generated',
    );
  });
});
