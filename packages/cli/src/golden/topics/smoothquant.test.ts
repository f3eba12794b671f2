import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runInProcess } from '../../testing/run-in-process.js';
import { temporaryDirectory } from '../../testing/temporary-directory.js';
import { writeGolden } from '../../testing/write-golden.js';
import type { GoldenReport } from '../check-golden.js';

const root = temporaryDirectory();
const given = { inputs: { calibration_ids: 'ids', ids: 'ids' }, expected: {}, tolerance: {} };
const tensors = { ids: { shape: [1, 2], values: new Int8Array([1, 2]) } };

describe('the topic smoothquant', () => {
  it('computes no case of which it does not know a setting', async () => {
    const cases = [
      { id: 'more', settings: { kind: 'smooth', model: 'tiny', alpha: 0.5, sites: 'all' } },
      {
        id: 'inside',
        settings: {
          kind: 'quantized-logits',
          model: 'tiny',
          alpha: 0.5,
          weights: { bits: 4, symmetric: true, granularity: 'channel', rounder: 'gptq', damp: 1 },
        },
      },
      { id: 'other', settings: { kind: 'migrate' } },
    ].map((one) => ({ ...given, ...one }));
    const directory = join(root, 'cases');
    writeGolden(directory, 'smoothquant', tensors, cases);
    const { stdout } = await runInProcess(['golden', directory, '--json', '--backend', 'cpu']);
    const report = JSON.parse(stdout) as GoldenReport;
    expect(report.cases.map(({ status, detail }) => [status, detail])).toEqual([
      ['failed', expect.stringContaining('"sites"')],
      ['failed', expect.stringContaining('"weights.damp"')],
      ['not_implemented', 'kind "migrate" is not implemented'],
    ]);
  });
});
