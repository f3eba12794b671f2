import { describeModel } from '@thinkbits/inference';
import { allLinears, completeWeightScheme, type LinearInfo } from '@thinkbits/spec';
import { expect, it } from 'vitest';
import { syntheticShapes } from './shapes.js';
import { syntheticCheckpoint, syntheticWeight } from './synthetic-checkpoint.js';

const shape = (name: string) =>
  syntheticShapes[name] as NonNullable<(typeof syntheticShapes)[string]>;

it('has the parameter counts that the models are named after', () => {
  const millions = (name: string) => describeModel(shape(name)).parameters / 1e6;
  expect(millions('smollm2-135m')).toBeCloseTo(134.515, 2);
  expect(millions('qwen2-1.5b')).toBeCloseTo(1543.7, 1);
  expect(millions('llama-8b')).toBeCloseTo(8030.3, 1);
});

it('makes codes of the scheme directly, the same for a seed', () => {
  const linear = allLinears(describeModel(shape('smollm2-135m'))).find(
    ({ name }) => name === 'model.layers.4.self_attn.k_proj',
  ) as LinearInfo;
  const scheme = completeWeightScheme({ bits: 3, group: 64 });
  const weight = syntheticWeight(linear, scheme, 1);
  expect(weight).toMatchObject({ rows: 192, columns: 576, scheme: { bits: 3, group: 64 } });
  expect(new Set(weight.codes)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7]));
  expect(weight.scales.length).toBe(192 * 9);
  expect(syntheticWeight(linear, scheme, 1)).toEqual(weight);
  expect(syntheticWeight(linear, scheme, 2).codes).not.toEqual(weight.codes);
});

it('is float where no codes are handed over', async () => {
  const checkpoint = syntheticCheckpoint('synthetic:smollm2-135m', shape('smollm2-135m'), 0);
  expect(await checkpoint.readQuantized('lm_head')).toBeUndefined();
});
