import { memory, profile } from '@tensorflow/tfjs-core';
import { openNative } from '@thinkbits/backend-native';
import { createRandom, roundToNearest } from '@thinkbits/numerics';
import type { KvCache, Segment } from '@thinkbits/ops';
import {
  type ActivationScheme,
  completeWeightScheme,
  type KvScheme,
  type LinearMap,
  type OnlineSite,
  type QuantizedWeight,
} from '@thinkbits/spec';
import { beforeAll, describe, expect, it } from 'vitest';
import { openReference } from '../__fixtures__/read-reference.js';
import type { DecoderConfig } from '../config/decoder-config.js';
import { createModel } from '../create-model.js';
import { readFamily } from '../families/describe-model.js';
import { describe as describeInfo } from '../families/family.js';
import type { Decoder } from './decoder.js';

const opened = await openNative({ threads: 2 });
const part = {
  bits: 4,
  axis: 'token',
  group: 'head',
  symmetric: false,
  range: 'zero-inclusive',
  clip: 1,
} as const;
const packed: KvScheme = { key: part, value: { ...part, bits: 3 }, window: 0, rope: 'after' };
const windowed: KvScheme = { ...packed, window: 4 };
const kivi: KvScheme = {
  ...windowed,
  key: { ...part, axis: 'channel', group: 2, range: 'float-minimum' },
};
const unrotated: KvScheme = { ...packed, rope: 'before' };
const rounded: ActivationScheme = {
  bits: 8,
  symmetric: true,
  clip: 1,
  tensorParallel: 1,
};
const toFloats: ActivationScheme = {
  ...rounded,
  bits: 4,
  group: 16,
  float: { element: 'e2m1', scale: 'e8m0', scaleRule: 'floor' },
};

/** Maps of every kind at every place of all layers; what they do to the model's outputs is of no matter here. */
function mapsOf({ layers, hidden, heads, kvHeads, headDim, intermediate }: DecoderConfig) {
  const random = createRandom(7);
  const draw = (count: number) => Float32Array.from({ length: count }, () => random.normal());
  const dense = (size: number): LinearMap => {
    const values = draw(size * size).map((value) => value / Math.sqrt(size));
    return { kind: 'dense', size, values };
  };
  const ofHeads: LinearMap = {
    kind: 'block-diagonal',
    blocks: Array.from({ length: kvHeads }, () => dense(heads / kvHeads)),
  };
  const within: LinearMap = { kind: 'diagonal', values: draw(headDim) };
  const power = intermediate & -intermediate; // the largest power of two in it
  const maps: Record<OnlineSite['at'], LinearMap> = {
    'qkv-input': { kind: 'kronecker', left: dense(4), right: dense(hidden / 4) },
    'o-input': { kind: 'kronecker', left: ofHeads, right: within },
    'gate-up-input': dense(hidden),
    'down-input': { kind: 'hadamard', size: power, seed: 5, transposed: true },
    'query-key': { kind: 'hadamard', size: headDim, seed: 6 },
    value: dense(headDim),
  };
  const edits = Object.entries(maps).map(([at, map]) => ({
    op: 'online' as const,
    at: at as OnlineSite['at'],
    map: { forward: map, inverse: map },
  }));
  return Array.from({ length: layers }, (_, block) =>
    edits.map(({ op, at, map }) => ({ op, site: { block, at }, map })),
  ).flat();
}

/** Opens a reference model with rounded weights, activations and cache, and maps, where asked. */
async function open(
  name: string,
  how: { bits?: number; activations?: ActivationScheme; kv?: KvScheme; maps?: boolean },
) {
  const checkpoint = await openReference(name);
  const { family, decoder } = readFamily(checkpoint.config, checkpoint.label);
  const linears = describeInfo(family, decoder).blocks.flatMap(({ stages }) => stages.flat());
  const quantized = new Map<string, QuantizedWeight>();
  for (const { name: linear, out, in: columns } of how.bits ? linears : []) {
    const { values } = await checkpoint.readFloat(`${linear}.weight`);
    const scheme = completeWeightScheme({ bits: how.bits as 4, group: 16 });
    quantized.set(linear, roundToNearest(values, out, columns, scheme));
  }
  const { activations: scheme } = how;
  const activations = new Map(scheme && linears.map((linear) => [linear.name, scheme]));
  return createModel(checkpoint, {
    ...(how.bits && { quantized }),
    ...(scheme && { activations }),
    ...(how.kv && { kv: how.kv }),
    ...(how.maps && { online: mapsOf(decoder) }),
  });
}

/** What the layers leave of every step: two prompts, one long enough to be read in pages, then tokens one by one. */
function run(decoder: Decoder, observe?: () => void): number[][] {
  const { vocabulary } = decoder.config;
  const random = createRandom(3);
  const draw = (count: number) =>
    Array.from({ length: count }, () => Math.floor(random.next() * vocabulary));
  const cache: KvCache = decoder.createCache();
  const step = (segments: readonly Segment[]): number[] => {
    const tokens = draw(segments.reduce((sum, { count }) => sum + count, 0));
    const hidden = decoder.forward(tokens, segments, cache, observe);
    const values = Array.from(hidden.dataSync());
    hidden.dispose();
    return values;
  };
  try {
    const results = [
      step([{ slot: 0, start: 0, count: 70 }]),
      step([{ slot: 5, start: 0, count: 3 }]),
    ];
    for (let t = 0; t < 4; t++) {
      const both = [
        { slot: 0, start: 70 + t, count: 1 },
        { slot: 5, start: 3 + t, count: 1 },
      ];
      results.push(step(t === 2 ? [...both].reverse() : both));
    }
    return results;
  } finally {
    cache.dispose();
  }
}

describe.skipIf(!opened.available)('all layers in one call', () => {
  beforeAll(async () => {
    await openNative({ threads: 2 });
  });

  describe.each(['tiny-qwen2', 'tiny-llama', 'tiny-qwen3', 'tiny-qwen2-yarn'])('%s', (name) => {
    it.each([
      ['floats', {}, true],
      ['4 bits', { bits: 4 }, true],
      ['4 bits, rounded inputs, packed cache', { bits: 4, activations: rounded, kv: packed }, true],
      ['rounded inputs of floats', { activations: rounded }, true],
      ['inputs rounded to floats', { bits: 4, activations: toFloats }, true],
      ['maps of activations', { maps: true }, true],
      [
        'maps, 4 bits, rounded inputs, packed cache',
        { maps: true, bits: 4, activations: rounded, kv: packed },
        true,
      ],
      ['keys rotated as they are read', { kv: unrotated }, true],
      ['a cache with a window, whose prompts are left to the layers', { kv: windowed }, true],
      ['a window in front of groups of tokens', { kv: kivi }, true],
    ])('gives what the layers give one by one, bit for bit: %s', async (_, how, served) => {
      const before = memory().numTensors;
      const model = await open(name, how);
      const { decoder } = model as unknown as { decoder: Decoder };
      // somebody who looks on gets the layers one by one
      let seen = 0;
      const separately = run(decoder, () => seen++);
      expect(seen).toBeGreaterThan(0);
      let together: number[][] = [];
      const { kernelNames } = await profile(() => {
        together = run(decoder);
        return [];
      });
      expect(together).toEqual(separately);
      expect(kernelNames.includes('DecoderStack')).toBe(served);
      expect(kernelNames.includes('RmsNorm')).toBe(!served || ('kv' in how && how.kv.window > 0));
      model.dispose();
      await model.checkpoint.close();
      expect(memory().numTensors).toBe(before);
    });
  });
});
