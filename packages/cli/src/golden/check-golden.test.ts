import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runInProcess } from '../testing/run-in-process.js';
import { temporaryDirectory } from '../testing/temporary-directory.js';
import { writeGolden } from '../testing/write-golden.js';
import type { GoldenReport } from './check-golden.js';

const root = temporaryDirectory();

/** Two rows of four weights; scale = (max - min) / 15, zero = round(-min / scale). */
const tensors = {
  weight: { shape: [1, 4], values: new Float32Array([-5, 0, 5, 10]) },
  codes: { shape: [1, 4], values: new Uint8Array([0, 5, 10, 15]) },
  wrong: { shape: [1, 4], values: new Uint8Array([0, 5, 10, 14]) },
  scale: { shape: [1, 1], values: new Float32Array([1]) },
  zero: { shape: [1, 1], values: new Float32Array([5]) },
  dequantized: { shape: [1, 4], values: new Float32Array([-5, 0, 5, 10]) },
};
const right = {
  id: 'right',
  settings: { kind: 'weight', bits: 4, symmetric: false, group: -1, mse_search: false },
  inputs: { weight: 'weight' },
  expected: { codes: 'codes', scale: 'scale', zero: 'zero', dequantized: 'dequantized' },
  tolerance: { codes: 'exact', scale_relative: 1e-6, zero: 'exact', dequantized_relative: 1e-6 },
};

let directories = 0;
async function check(cases: readonly object[], topic = 'uniform', ...options: string[]) {
  const directory = join(root, String(directories++));
  writeGolden(directory, topic, tensors, cases);
  const outcome = await runInProcess(['golden', directory, '--json', ...options]);
  return { ...outcome, report: JSON.parse(outcome.stdout || '{}') as GoldenReport };
}

describe('golden', () => {
  it('passes what agrees', async () => {
    const { code, report } = await check([right]);
    expect(report).toEqual({
      passed: 1,
      failed: 0,
      not_implemented: 0,
      cases: [{ topic: 'uniform', id: 'right', status: 'passed', detail: '' }],
    });
    expect(code).toBe(0);
  });

  it('fails what differs, says where, and ends with 1', async () => {
    const expected = { ...right.expected, codes: 'wrong' };
    const { code, stderr, report } = await check([right, { ...right, id: 'wrong', expected }]);
    expect(report).toMatchObject({ passed: 1, failed: 1 });
    expect(report.cases[1]?.detail).toBe(
      'codes: 1 of 4 differ (exact), most at 3: 15 instead of 14',
    );
    expect(stderr).toContain('error golden/failed: 1 of 2 cases failed.');
    expect(code).toBe(1);
  });

  it.each([
    ['an unknown phrase', { codes: 'about right' }, 'unknown phrase "about right"'],
    ['a phrase where a number belongs', { scale_relative: 'exact' }, 'not a number'],
    ['a number where a phrase belongs', { codes: 1e-6 }, 'unknown phrase'],
    ['a negative number', { scale_relative: -1 }, 'not a number'],
    ['an unknown key', { codes_relative: 1e-3 }, 'unknown tolerance "codes_relative"'],
    ['a missing tolerance', { codes: undefined }, 'no tolerance "codes"'],
  ])('%s fails loudly', async (_, tolerance, detail) => {
    const { code, report } = await check([
      { ...right, tolerance: { ...right.tolerance, ...tolerance } },
    ]);
    expect(code).toBe(1);
    expect(report.cases[0]).toMatchObject({ status: 'failed' });
    expect(report.cases[0]?.detail).toContain(detail);
  });

  it('an expectation that nothing compares fails', async () => {
    const expected = { ...right.expected, losses: 'scale' };
    const { report } = await check([{ ...right, expected }]);
    expect(report.cases[0]?.detail).toBe('nothing says how to compare losses');
  });

  it('a tensor that is not there, or a setting of the wrong type, fails the case alone', async () => {
    const { report } = await check([
      { ...right, inputs: { weight: 'nowhere' } },
      { ...right, id: 'b', settings: { ...right.settings, bits: '4' } },
      { ...right, id: 'c', settings: { ...right.settings, bits: 99 } },
      { ...right, id: 'd' },
    ]);
    expect(report.cases.map(({ status }) => status)).toEqual([
      'failed',
      'failed',
      'failed',
      'passed',
    ]);
    expect(report.cases[0]?.detail).toContain('nowhere');
    expect(report.cases[1]?.detail).toContain('"bits" is "4"');
  });

  it('what is not implemented is said to be, by topic and by kind', async () => {
    const { code, report } = await check([{ ...right, settings: { kind: 'hexagonal' } }]);
    expect(code).toBe(0);
    expect(report.cases[0]).toMatchObject({
      status: 'not_implemented',
      detail: 'kind "hexagonal" is not implemented',
    });
    const other = await check([right], 'alchemy');
    expect(other.report.cases[0]?.detail).toBe('topic "alchemy" is not implemented');
  });

  it('takes the topics that are asked for, and knows those that are there', async () => {
    const { report } = await check([right], 'uniform', '--topics', 'uniform');
    expect(report.passed).toBe(1);
    const wrong = await check([right], 'uniform', '--topics', 'unifrom');
    expect(wrong.code).toBe(3);
    expect(wrong.stderr).toContain('Did you mean "uniform"?');
  });

  it('refuses a cases.json that is none', async () => {
    const directory = join(root, 'bad');
    mkdirSync(join(directory, 'uniform'), { recursive: true });
    writeFileSync(join(directory, 'uniform', 'cases.json'), '{"topic": "uniform"');
    expect((await runInProcess(['golden', directory])).stderr).toContain('error json/syntax');
    appendFileSync(join(directory, 'uniform', 'cases.json'), '}');
    const { code, stderr } = await runInProcess(['golden', directory]);
    expect(stderr).toContain('error golden/invalid');
    expect(code).toBe(3);
  });

  it('attends over quantized keys and values', async () => {
    // One head, two tokens; 8 bits on values that the grid holds exactly, so attention is that of floats.
    const key = new Float32Array([0, 255, 255, 0].map((x) => x / 255));
    const value = new Float32Array([0, 255, 0, 51].map((x) => x));
    const query = new Float32Array([2, 0]);
    const [a, b] = [Math.exp(0), Math.exp(2 / Math.SQRT2)];
    const [first, second] = [a / (a + b), b / (a + b)]; // softmax of 0 and 2 · 1 / √2
    const output = new Float32Array([0, first * 255 + second * 51]);
    const shape = [1, 2, 2];
    const directory = join(root, 'attention');
    writeGolden(
      directory,
      'kvcache',
      {
        key: { shape, values: key },
        value: { shape, values: value },
        query: { shape: [1, 1, 2], values: query },
        output: { shape: [1, 1, 2], values: output },
      },
      [
        {
          id: 'attention',
          settings: { kind: 'kv-per-token', bits: 8, symmetric: false, group: -1, clip_ratio: 1 },
          inputs: { key: 'key', value: 'value', query: 'query' },
          expected: { attention_output: 'output' },
          tolerance: { attention_max_abs: 1e-3 },
        },
      ],
    );
    const { stdout, code } = await runInProcess(['golden', directory, '--backend', 'cpu']);
    expect(stdout).toContain('1 passed, 0 failed');
    expect(code).toBe(0);
  });
});
