import { gptq } from '@thinkbits/quantizer-gptq';
import { describe, expect, it } from 'vitest';
import { tinyInfo } from '../__fixtures__/tiny-model.js';
import { readOptions } from '../quantize-options.js';
import { acceptPlan } from './accept-plan.js';

const options = { weights: { bits: 4 } } as const;
const quiet = () => {};

describe('a plan that takes more memory than there is', () => {
  it('is refused with both figures, before any work', () => {
    const model = tinyInfo({ hidden: 1536, intermediate: 8960 });
    const calibration = { windows: [new Int32Array(64)], hash: 'x', tokens: 64 };
    const request = readOptions({ ...options, pipeline: [gptq()], calibration });
    const refused = () => acceptPlan(model, request, quiet, 500e6);
    expect(refused).toThrow(
      expect.objectContaining({
        code: 'memory/not-enough',
        category: 'machine',
        message: expect.stringMatching(/about \d{3,4} MB .* 500 MB are free/),
      }),
    );
    expect(() => acceptPlan(model, request, quiet, 2e9)).not.toThrow();
  });

  it('is let pass where the caller takes the risk', () => {
    const request = readOptions({ ...options, ignoreMemory: true });
    expect(() => acceptPlan(tinyInfo(), request, quiet, 1)).not.toThrow();
    expect(() => acceptPlan(tinyInfo(), readOptions(options), quiet, 1)).toThrow('free');
  });

  it('names errors of the recipe first', () => {
    const request = readOptions({ kv: { bits: 4, group: 3 } } as never);
    expect(() => acceptPlan(tinyInfo(), request, quiet, 1)).toThrow(
      expect.objectContaining({ code: 'kv/group' }),
    );
  });
});
