import { join } from 'node:path';
import { loadModel, selectBackend } from '@thinkbits/inference';
import { createRandom } from '@thinkbits/numerics';
import { quarot } from '@thinkbits/quantizer-quarot';
import { smoothquant } from '@thinkbits/quantizer-smoothquant';
import { beforeAll, describe, expect, it } from 'vitest';
import { tinyFolder } from '../__fixtures__/directories.js';
import { tensorsAlive } from '../__fixtures__/transforms.js';
import { quantize, quantizeCheckpoint } from '../index.js';

beforeAll(() => selectBackend({ name: 'cpu' }));

function calibrationText() {
  const random = createRandom('calibration');
  const windows = [24, 24].map((length) => Int32Array.from({ length }, () => random.integer(64)));
  return { windows, hash: 'windows', tokens: 48 };
}

const prompt = Int32Array.from({ length: 20 }, (_, i) => (7 * i + 3) % 64);

const distance = (a: Float32Array, b: Float32Array): number => {
  const norm = (x: Float32Array) => Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));
  return norm(a.map((value, i) => value - (b[i] as number))) / norm(b);
};

describe.each([
  { family: 'qwen2' },
  { family: 'llama', tied: true },
  { family: 'qwen3', tied: true },
] as const)('a rotated model: %o', (shape) => {
  it.each([
    ['alone', () => [quarot({ seed: 1 })]],
    ['in two slices', () => [quarot({ tensorParallel: 2 })]],
    ['by an orthogonal matrix', () => [quarot({ rotation: 'orthogonal' })]],
    ['and smoothed', () => [quarot(), smoothquant()]],
    ['in queries and keys only', () => [quarot({ targets: 'kv' }), smoothquant({ alpha: 0.5 })]],
  ])('computes what it did, %s, and the checkpoint stays as it was', async (_, pipeline) => {
    const { checkpoint } = await tinyFolder(shape);
    const model = await loadModel(checkpoint);
    const before = await model.logits(prompt);
    const alive = tensorsAlive();
    const rotated = await quantize(model, {
      pipeline: pipeline(),
      calibration: calibrationText(),
    });
    expect(distance(await rotated.logits(prompt), before)).toBeLessThan(1e-5);
    rotated.dispose();
    expect(tensorsAlive()).toBe(alive);
    const again = await loadModel(checkpoint);
    expect(await again.logits(prompt)).toEqual(before);
    for (const made of [model, again]) made.dispose();
  });
});

describe('a tied head', () => {
  const rules = [{ match: 'lm_head', scheme: { weight: { bits: 8 } } }] as const;

  it.each([
    ['in float', []],
    ['of eight bits', rules],
  ] as const)(
    '%s is a tensor of its own after a rotation, in memory and on disk',
    async (_, given) => {
      const { checkpoint, output } = await tinyFolder({ tied: true });
      const model = await loadModel(checkpoint);
      const options = { pipeline: [quarot()], weights: { bits: 8 }, rules: given } as const;
      const inMemory = await quantize(model, options);
      await quantizeCheckpoint(checkpoint, { ...options, output: join(output) });
      const opened = await loadModel(output);
      const logits = await opened.logits(prompt);
      expect(logits).toEqual(await inMemory.logits(prompt));
      expect(distance(logits, await model.logits(prompt))).toBeLessThan(0.05);
      expect(opened.info.head.tiedTo).toBeUndefined();
      expect(opened.checkpoint.tensors.has('lm_head.weight')).toBe(given.length === 0);
      for (const made of [model, inMemory, opened]) made.dispose();
      await opened.checkpoint.close();
    },
  );
});
