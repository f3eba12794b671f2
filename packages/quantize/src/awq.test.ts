import { loadModel, selectBackend } from '@thinkbits/inference';
import { createRandom } from '@thinkbits/numerics';
import { awq } from '@thinkbits/quantizer-awq';
import { gptq } from '@thinkbits/quantizer-gptq';
import { quarot } from '@thinkbits/quantizer-quarot';
import type { Quantizer } from '@thinkbits/spec';
import { beforeAll, describe, expect, it } from 'vitest';
import { tinyFolder } from './__fixtures__/directories.js';
import { tinyInfo } from './__fixtures__/tiny-model.js';
import { tensorsAlive } from './__fixtures__/transforms.js';
import { planQuantization, quantize } from './index.js';

beforeAll(() => selectBackend({ name: 'cpu' }));

function calibration() {
  const random = createRandom('calibration');
  const windows = [24, 24, 9].map((length) =>
    Int32Array.from({ length }, () => random.integer(64)),
  );
  return { windows, hash: 'windows', tokens: 57 };
}

const prompt = Int32Array.from({ length: 20 }, (_, i) => (7 * i + 3) % 64);
const search = awq({ ratioGrid: 4, clipGrid: 3 });

const distance = (a: Float32Array, b: Float32Array): number => {
  const norm = (x: Float32Array) => Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));
  return norm(a.map((value, i) => value - (b[i] as number))) / norm(b);
};

describe('awq in a pipeline', () => {
  it.each<[string, Quantizer[], number | 'channel']>([
    ['alone, rounded to nearest', [search], 16],
    ['with GPTQ', [search, gptq()], 16],
    ['with ragged groups', [search, gptq()], 24],
    ['behind rotations, with a map before down_proj', [quarot(), search, gptq()], 16],
  ])('keeps the model at 8 bits and holds no tensors: %s', async (_, pipeline, group) => {
    const { checkpoint } = await tinyFolder();
    const model = await loadModel(checkpoint);
    const float = await model.logits(prompt);
    const alive = tensorsAlive();
    const weights = { bits: 8, group } as const;
    const quantized = await quantize(model, { pipeline, weights, calibration: calibration() });
    expect(distance(await quantized.logits(prompt), float)).toBeLessThan(0.05);
    quantized.dispose();
    expect(tensorsAlive()).toBe(alive);
    model.dispose();
  });

  it('plans on its own grid', () => {
    const recipe = { weights: { bits: 3, group: 16 }, calibration: {} } as const;
    const plan = planQuantization(tinyInfo(), recipe, [awq(), gptq()]);
    expect(plan.issues).toEqual([]);
    expect(plan.recipe.weights?.range).toBe('min-max');
    expect(plan.flops).toBeGreaterThan(0);
  });
});
