import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runInProcess } from '../../testing/run-in-process.js';
import { temporaryDirectory } from '../../testing/temporary-directory.js';
import { writeGolden } from '../../testing/write-golden.js';
import type { GoldenReport } from '../check-golden.js';

const root = temporaryDirectory();

/** The first hand example of methods.md §6: 2 bits, whole rows. */
const tensors = {
  weight: {
    shape: [2, 4],
    values: new Float32Array([0.43, -0.27, 0.18, 0.61, -0.35, 0.52, -0.41, 0.12]),
  },
  samples: {
    shape: [6, 4],
    values: new Float32Array([
      1, 0.9, -0.2, 0.1, 0.8, 0.7, 0.3, 0.2, -1.2, -1, 0.5, -0.4, 0.4, 0.5, -0.6, 1, 1.5, 1.4, 0.2,
      0.6, -0.7, -0.9, 0.1, 0.3,
    ]),
  },
  // 0.88 / 3 and 0.93 / 3; the zero point is 1 in both rows
  codes: { shape: [2, 4], values: new Uint8Array([2, 1, 2, 3, 0, 3, 0, 1]) },
  dequantized: {
    shape: [2, 4],
    values: new Float32Array([0.293333, 0, 0.293333, 0.586667, -0.31, 0.62, -0.31, 0]),
  },
  wrong: { shape: [2, 4], values: new Uint8Array([2, 1, 2, 3, 0, 3, 0, 2]) },
};
const right = {
  id: 'by hand',
  settings: {
    kind: 'gptq',
    bits: 2,
    symmetric: false,
    group: 4,
    damp: 0.01,
    block: 128,
    mse_search: false,
    each_row_of_samples_is_one_sample: true,
  },
  inputs: { samples: 'samples', weight: 'weight' },
  expected: { codes: 'codes', dequantized: 'dequantized' },
  values: { squared_output_error: 0.153072889 },
  tolerance: { codes: 'exact', dequantized_abs: 1e-6 },
};

describe('the topic gptq', () => {
  it('checks the hand example, finds a wrong code, and leaves whole models alone', async () => {
    const cases = [
      right,
      { ...right, id: 'wrong', expected: { codes: 'wrong' } },
      { ...right, id: 'whole', settings: { ...right.settings, kind: 'gptq-model' } },
    ];
    const directory = join(root, 'cases');
    writeGolden(directory, 'gptq', tensors, cases);
    const { stdout } = await runInProcess(['golden', directory, '--json', '--backend', 'cpu']);
    const report = JSON.parse(stdout) as GoldenReport;
    expect(report.cases.map(({ status, detail }) => [status, detail])).toEqual([
      ['passed', ''],
      ['failed', 'codes: 1 of 8 differ (exact), most at 7: 1 instead of 2'],
      ['not_implemented', 'kind "gptq-model" is not implemented'],
    ]);
  });
});
