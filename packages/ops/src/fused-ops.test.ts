import {
  engine,
  randomNormal,
  setBackend,
  type Tensor,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import {
  completeActivationScheme,
  completeKvScheme,
  floatElementBits,
  floatFormats,
  type KvParameters,
} from '@thinkbits/spec';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type CachedAttentionAttributes,
  cachedAttention,
  cachedAttentionOp,
  type Segment,
} from './attention/cached-attention.js';
import { runOp } from './fused-op.js';
import { installHostKernels } from './install-kernels.js';
import { KvCache } from './kv-cache/kv-cache.js';
import { quantizeActivations, quantizeActivationsOp } from './quantize-activations.js';
import { rmsNorm, rmsNormOp } from './rms-norm.js';
import { rotaryEmbedding, rotaryEmbeddingOp, rotaryTable } from './rotary-embedding.js';

const random = (rows: number, columns: number, seed: number, scale = 1): Tensor2D =>
  randomNormal([rows, columns], 0, scale, 'float32', seed) as Tensor2D;

function largestDifference(a: Tensor, b: Tensor): number {
  const [x, y] = [a.dataSync() as Float32Array, b.dataSync() as Float32Array];
  expect(x.length).toBe(y.length);
  return x.reduce((most, value, i) => Math.max(most, Math.abs(value - (y[i] as number))), 0);
}

const part = {
  bits: 4 as const,
  axis: 'token' as const,
  group: 'head' as const,
  symmetric: false,
  range: 'zero-inclusive' as const,
  clip: 1,
};
const schemes: Record<string, KvParameters | undefined> = {
  float: undefined,
  kv4: { scheme: { key: part, value: part, window: 0, rope: 'after' } },
  'k8 alone': { scheme: { key: { ...part, bits: 8 }, window: 0, rope: 'after' } },
  'k3v2 in groups, symmetric': {
    scheme: {
      key: { ...part, bits: 3, group: 8 },
      value: { ...part, bits: 2, group: 4, symmetric: true },
      window: 0,
      rope: 'after',
    },
  },
  'e2m1 keys, fp8 values': {
    scheme: completeKvScheme({
      key: { bits: 4, group: 8, float: { element: 'e2m1', scale: 'float32' } },
      value: { bits: 8, float: floatFormats.fp8 },
    }),
  },
  'kv2 with a window of 5': {
    scheme: { key: { ...part, bits: 2 }, value: { ...part, bits: 2 }, window: 5, rope: 'after' },
  },
};

const grid = (offset: number | undefined) => ({
  scales: Float32Array.from({ length: 32 }, (_, i) => 0.1 + 0.02 * i),
  zeros: Float32Array.from({ length: 32 }, (_, i) => (i % 20) - 3),
  ...(offset !== undefined && { offset: new Float32Array(32).fill(offset) }),
});
const channels = { ...part, axis: 'channel' as const };
const table = rotaryTable(
  Float64Array.from({ length: 8 }, (_, i) => 10000 ** (-i / 8)),
  128,
  1.1,
);
Object.assign(schemes, {
  'per token before the rotary embedding': {
    scheme: { key: part, value: part, window: 0, rope: 'before' },
  },
  'static channels before the rotary embedding': {
    scheme: { key: channels, value: { ...part, bits: 3 }, window: 0, rope: 'before' },
    staticKeys: grid(undefined),
  },
  'static channels of both halves, with an offset and a window': {
    scheme: {
      key: { ...channels, bits: 3 },
      value: { ...channels, bits: 2, symmetric: true },
      window: 7,
      rope: 'before',
    },
    staticKeys: grid(1.5),
    staticValues: { ...grid(undefined), zeros: new Float32Array(32) },
  },
  'KIVI, a window of two groups': {
    scheme: {
      key: { ...channels, bits: 2, group: 16, range: 'float-minimum' },
      value: { ...part, bits: 4, group: 8, range: 'float-minimum' },
      window: 32,
      rope: 'after',
    },
  },
  'groups longer than a page, before the rotary embedding': {
    scheme: { key: { ...channels, bits: 8, group: 70 }, window: 70, rope: 'before' },
  },
} satisfies Record<string, KvParameters>);

describe.each(['cpu', 'wasm'])('fused operations on %s', (backend) => {
  let tensors = 0;
  beforeAll(async () => {
    installHostKernels();
    expect(await setBackend(backend)).toBe(true);
  });
  beforeEach(() => {
    tensors = engine().memory().numTensors;
    engine().startScope();
  });
  afterEach(() => {
    engine().endScope();
    expect(engine().memory().numTensors).toBe(tensors);
  });

  it('RmsNorm equals its composition', () => {
    const [x, weight] = [random(5, 96, 1, 3), tensor1d(random(1, 96, 2).dataSync())];
    const composed = tidy(() => rmsNormOp.compose({ x, weight }, { epsilon: 1e-6 }));
    expect(largestDifference(rmsNorm(x, weight, 1e-6), composed)).toBeLessThan(1e-5);
  });

  it('RotaryEmbedding equals its composition and keeps lengths', () => {
    const x = random(6, 4 * 16, 3);
    const table = rotaryTable(
      Float64Array.from({ length: 8 }, (_, i) => 10000 ** (-i / 8)),
      64,
      1,
    );
    const attributes = { table, positions: Int32Array.from([0, 1, 2, 40, 41, 63]) };
    const y = rotaryEmbedding(x, attributes);
    expect(
      largestDifference(
        y,
        tidy(() => rotaryEmbeddingOp.compose({ x }, attributes)),
      ),
    ).toBeLessThan(1e-5);
    const norm = (t: Tensor) => Math.hypot(...t.dataSync());
    expect(norm(y)).toBeCloseTo(norm(x), 3);
  });

  it.each([true, false])(
    'QuantizeActivations equals its composition (symmetric: %s)',
    (symmetric) => {
      const x = random(7, 64, 4);
      const scheme = { bits: 4 as const, symmetric, clip: 0.9, tensorParallel: 1 };
      const composed = tidy(() => quantizeActivationsOp.compose({ x }, { scheme, group: 32 }));
      expect(largestDifference(quantizeActivations(x, scheme, 32), composed)).toBeLessThan(1e-6);
    },
  );

  it('QuantizeActivations equals its composition with two ratios a slice', () => {
    const x = random(7, 64, 4);
    const clip = { low: [0.9, 0.7], high: [0.6, 0.8] };
    const scheme = { bits: 4 as const, symmetric: false, clip, tensorParallel: 2 };
    const composed = tidy(() => quantizeActivationsOp.compose({ x }, { scheme, group: 32 }));
    expect(largestDifference(quantizeActivations(x, scheme, 32), composed)).toBeLessThan(1e-6);
  });

  it.each([
    ...Object.entries(floatFormats),
    ['mxfp4, the other scale rule', { ...floatFormats.mxfp4, scaleRule: 'round' }],
    ['e5m2', { element: 'e5m2', scale: 'e8m0' }],
  ] as const)('QuantizeActivations to %s equals its composition', (_, float) => {
    const bits = floatElementBits[float.element];
    const scheme = completeActivationScheme({ bits, float, clip: 0.9 });
    const values = Float32Array.from({ length: 6 * 64 }, (_, i) => Math.sin(i * i) * 4 ** (i % 5));
    values.fill(0, 0, 32); // an empty block
    values.set([7, 3.5, 2.5, 1.25, 0.75, 0.25], 64); // ties
    const x = tensor2d(values, [6, 64]);
    const group = scheme.group ?? 64;
    const composed = tidy(() => quantizeActivationsOp.compose({ x }, { scheme, group }));
    expect(largestDifference(quantizeActivations(x, scheme, group), composed)).toBe(0);
  });

  describe.each(Object.entries(schemes))('CachedAttention, %s', (_, parameters) => {
    const heads = 4;
    const shape = {
      layers: 1,
      kvHeads: 2,
      headDim: 16,
      ...(parameters && { parameters: [parameters] }),
    };
    const attributes = (cache: KvCache, segments: Segment[]): CachedAttentionAttributes => ({
      cache,
      layer: 0,
      segments,
      heads,
      table,
    });
    const inputs = (tokens: number, seed: number) => ({
      query: random(tokens, heads * 16, seed),
      key: random(tokens, 2 * 16, seed + 1),
      value: random(tokens, 2 * 16, seed + 2),
    });

    it('equals its composition, prompt and steps, across pages and rows', () => {
      const [kernelCache, composedCache] = [new KvCache(shape), new KvCache(shape)];
      const calls: Segment[][] = [
        [{ slot: 0, start: 0, count: 70 }],
        [
          { slot: 1, start: 0, count: 3 },
          { slot: 0, start: 70, count: 1 },
        ],
        [
          { slot: 0, start: 71, count: 1 },
          { slot: 1, start: 3, count: 60 },
        ],
      ];
      calls.forEach((segments, call) => {
        const { query, key, value } = inputs(
          segments.reduce((sum, { count }) => sum + count, 0),
          10 * call + 1,
        );
        const fused = runOp(
          cachedAttentionOp,
          { query, key, value },
          attributes(kernelCache, segments),
        );
        const composed = tidy(() =>
          cachedAttentionOp.compose({ query, key, value }, attributes(composedCache, segments)),
        );
        expect(largestDifference(fused, composed)).toBeLessThan(2e-5);
      });
      expect(kernelCache.row(0, 0).keys.tokens).toBe(72);
    });

    it('does not depend on how a row is cut into calls', () => {
      const { query, key, value } = inputs(90, 77);
      const whole = cachedAttention(
        query,
        key,
        value,
        attributes(new KvCache(shape), [{ slot: 0, start: 0, count: 90 }]),
      ).dataSync();
      const cache = new KvCache(shape);
      for (let t = 0; t < 90; t++) {
        const at = (x: Tensor2D) =>
          tensor2d(x.dataSync().slice(t * x.shape[1], (t + 1) * x.shape[1]), [1, x.shape[1]]);
        const row = cachedAttention(
          at(query),
          at(key),
          at(value),
          attributes(cache, [{ slot: 0, start: t, count: 1 }]),
        ).dataSync();
        expect(row).toEqual(whole.slice(t * heads * 16, (t + 1) * heads * 16));
      }
    });
  });

  it('long segments take the products and agree with the loops', () => {
    const shape = { layers: 1, kvHeads: 1, headDim: 8 };
    const [query, key, value] = [random(300, 16, 1), random(300, 8, 2), random(300, 8, 3)];
    const segments = [{ slot: 0, start: 0, count: 300 }];
    const long = cachedAttention(query, key, value, {
      cache: new KvCache(shape),
      layer: 0,
      segments,
      heads: 2,
    });
    const loops = runOp(
      cachedAttentionOp,
      { query, key, value },
      { cache: new KvCache(shape), layer: 0, segments, heads: 2 },
    );
    expect(largestDifference(long, loops)).toBeLessThan(1e-5);
  });
});
