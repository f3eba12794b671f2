import { completeRecipe, resolveSchemes, ThinkbitsError } from '@thinkbits/spec';
import { expect, it } from 'vitest';
import { describeModel } from '../families/describe-model.js';
import { syntheticShapes } from './shapes.js';
import { syntheticCheckpoint } from './synthetic-checkpoint.js';

it('has the parameter counts that the models are named after', () => {
  const millions = (shape: string) =>
    describeModel(syntheticShapes[shape] as never).parameters / 1e6;
  expect(millions('smollm2-135m')).toBeCloseTo(134.515, 2);
  expect(millions('qwen2-1.5b')).toBeCloseTo(1543.7, 1);
  expect(millions('llama-8b')).toBeCloseTo(8030.3, 1);
});

it('makes codes of the scheme directly, the same for a seed', async () => {
  const recipe = completeRecipe({ weights: { bits: 3, group: 64 } });
  const info = describeModel(syntheticShapes['smollm2-135m'] as never);
  const schemes = resolveSchemes(info, recipe);
  const name = 'model.layers.4.self_attn.k_proj';
  const read = (seed: number) =>
    syntheticCheckpoint('smollm2-135m', { schemes, seed }).readQuantized(name);
  const weight = await read(1);
  expect(weight).toMatchObject({ rows: 192, columns: 576, scheme: { bits: 3, group: 64 } });
  expect(new Set(weight?.codes)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7]));
  expect(weight?.scales.length).toBe(192 * 9);
  expect(await read(1)).toEqual(weight);
  expect((await read(2))?.codes).not.toEqual(weight?.codes);
  expect(
    await syntheticCheckpoint('smollm2-135m', { schemes }).readQuantized('lm_head'),
  ).toBeUndefined();
});

it('names the shape that was meant', () => {
  try {
    syntheticCheckpoint('qwen2-1.5');
    expect.unreachable();
  } catch (error) {
    expect(ThinkbitsError.isInstance(error) && `${error.code} ${error.help}`).toMatch(
      /synthetic\/unknown-shape.*"qwen2-1\.5b"/,
    );
  }
});
