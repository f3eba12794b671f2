import '@tensorflow/tfjs-backend-cpu';
import {
  backend,
  grad,
  matMul,
  maximum,
  memory,
  min,
  minimum,
  mul,
  randomNormal,
  reshape,
  setBackend,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import {
  applyKronecker,
  cachedAttention,
  causalAttention,
  causalMask,
  installHostKernels,
  isQuantized,
  KvCache,
  type LinearPart,
  LinearWeight,
  quantizeActivations,
  registerGradients,
  rmsNorm,
  rotaryEmbedding,
  rotaryTable,
  sampleTokens,
  swiglu,
} from '@thinkbits/ops';
import {
  completeActivationScheme,
  completeKvScheme,
  greedy,
  type QuantizedWeight,
} from '@thinkbits/spec';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTensorflow } from './open-tensorflow.js';
import type { NodeBackend } from './raw/binding.js';
import { skipped } from './testing/bindings.js';

beforeAll(installHostKernels);
beforeEach(({ skip }) => skip(skipped !== ''));

/** The same numbers on any backend. */
const random = (rows: number, columns: number, seed: number): Tensor2D =>
  randomNormal([rows, columns], 0, 1, 'float32', seed) as Tensor2D;

async function on(name: string, work: () => Tensor): Promise<Float32Array> {
  await setBackend(name);
  return tidy(() => work().dataSync() as Float32Array);
}

const table = rotaryTable(
  Float64Array.from({ length: 8 }, (_, i) => 10000 ** (-i / 8)),
  64,
  1,
);
const kv = completeKvScheme({ key: { bits: 4 }, value: { bits: 4 } });

function attend(parameters: boolean, tokens = 9): Tensor {
  const shape = { layers: 1, kvHeads: 2, headDim: 16 };
  const cache = new KvCache(parameters ? { ...shape, parameters: [{ scheme: kv }] } : shape);
  const segments = [{ slot: 0, start: 0, count: tokens }];
  return cachedAttention(random(tokens, 64, 1), random(tokens, 32, 2), random(tokens, 32, 3), {
    cache,
    layer: 0,
    segments,
    heads: 4,
  });
}

const operations: { readonly [name: string]: () => Tensor } = {
  rmsNorm: () => rmsNorm(random(5, 96, 1), reshape(random(1, 96, 2), [96]) as Tensor1D, 1e-6),
  rotaryEmbedding: () =>
    rotaryEmbedding(random(3, 32, 1), { table, positions: Int32Array.of(0, 7, 63) }),
  swiglu: () => swiglu(random(4, 48, 1)),
  quantizeActivations: () =>
    quantizeActivations(random(7, 64, 4), completeActivationScheme({ bits: 8 }), 64),
  applyKronecker: () =>
    applyKronecker(
      random(5, 24, 1),
      [4, 6],
      (x) => matMul(x, random(4, 4, 2)),
      (x) => matMul(x, random(6, 6, 3)),
    ),
  causalAttention: () =>
    causalAttention(random(6, 64, 1), random(6, 32, 2), random(6, 32, 3), causalMask(6), {
      heads: 4,
      kvHeads: 2,
    }),
  'cachedAttention, float': () => attend(false),
  'cachedAttention, 4 bits': () => attend(true),
  'cachedAttention, 4 bits, a prompt that is multiplied': () => attend(true, 200),
};

describe(`on TensorFlow as on the reference backend${skipped}`, () => {
  it.each(Object.keys(operations))('%s', async (name) => {
    const work = operations[name] as () => Tensor;
    const wanted = await on('cpu', work);
    const got = await on('tensorflow', work);
    expect(got.length).toBe(wanted.length);
    const largest = Math.max(...got.map((value, i) => Math.abs(value - (wanted[i] as number))));
    // Float32 sums in another order; a value at the middle between two codes may fall to either side, which none here does.
    expect(largest).toBeLessThan(2e-5);
  });

  it('the gradient of a minimum over broadcast shapes', async () => {
    registerGradients();
    const loss = (x: Tensor) => sum(minimum(maximum(x, 0), min(x, 1, true)));
    const slope = () => grad(loss)(random(4, 6, 5));
    expect(await on('tensorflow', slope)).toEqual(await on('cpu', slope));
  });
});

describe(`choosing tokens on TensorFlow${skipped}`, () => {
  const sampled = (more: object) => ({ ...greedy, temperature: 0.8, ...more });
  it.each([
    ['greedy', greedy],
    ['by a share', sampled({ topP: 0.9 })],
    ['the first ones', sampled({ topK: 20 })],
    ['the first ones by a share', sampled({ topK: 20, topP: 0.7 })],
    ['by the likeliest', sampled({ minP: 0.1 })],
    ['from rows that are flat', sampled({ temperature: 50, topP: 0.95 })],
    ['without a limit', sampled({})],
  ])('%s, as on the reference backend', async (_, sampling) => {
    const rows = 64;
    const choices = Array.from({ length: rows }, (__, i) => ({ sampling, draw: (i + 0.5) / rows }));
    const choose = async (name: string) => {
      await setBackend(name);
      const logits = tidy(() => mul<Tensor2D>(random(rows, 3000, 9), 3));
      const chosen = sampleTokens(logits, choices);
      logits.dispose();
      return chosen;
    };
    const wanted = await choose('cpu');
    const before = memory().numTensors;
    expect(await choose('tensorflow')).toEqual(wanted);
    expect(memory().numTensors).toBe(before);
  });
});

describe(`a LinearWeight on TensorFlow${skipped}`, () => {
  const weight = (bits: number, symmetric: boolean): QuantizedWeight => {
    const [rows, columns, group] = [48, 64, 32];
    const low = symmetric ? -(2 ** (bits - 1)) : 0;
    const codes = Array.from({ length: rows * columns }, (_, i) => low + ((i * 7919) % 2 ** bits));
    const parameters = (make: (i: number) => number) =>
      Float32Array.from({ length: 2 * rows }, (_, i) => make(i));
    return {
      rows,
      columns,
      scheme: { bits, group, symmetric } as QuantizedWeight['scheme'],
      codes: symmetric ? Int8Array.from(codes) : Uint8Array.from(codes),
      scales: parameters((i) => 0.01 + (i % 13) / 100),
      ...(!symmetric && { zeros: parameters((i) => i % 2 ** bits) }),
    };
  };

  it.each([
    [4, false],
    [8, false],
    [4, true],
  ])(
    'stays packed in %s bits (symmetric: %s), says so, and leaks nothing',
    async (bits, symmetric) => {
      const parts = [weight(bits, symmetric), weight(bits, symmetric)];
      const apply = async (weights: 'packed' | 'expanded') => {
        await openTensorflow({ weights });
        const linear = new LinearWeight(parts);
        const values = tidy(() => linear.apply(random(3, 64, 9)).dataSync());
        const { bytes } = linear;
        linear.dispose();
        return { values, bytes };
      };
      await openTensorflow();
      const { binding } = backend() as NodeBackend;
      const before = { device: binding.getNumOfTensors(), tensors: memory().numTensors };
      const [packed, expanded] = [await apply('packed'), await apply('expanded')];
      expect({ device: binding.getNumOfTensors(), tensors: memory().numTensors }).toEqual(before);
      // The number that is subtracted from symmetric codes takes four bytes a part.
      expect(packed.bytes.held).toBe(packed.bytes.packed + (symmetric ? 8 : 0));
      expect(expanded.bytes.held).toBe(expanded.bytes.float);
      packed.values.forEach((value, i) => {
        const wanted = expanded.values[i] as number;
        expect(Math.abs(value - wanted)).toBeLessThan(1e-5 * Math.max(1, Math.abs(wanted)));
      });
    },
  );

  it.each(['packed', 'expanded'] as const)(
    'multiplies in bfloat16 where that is asked for, %s, says what it holds, and leaks nothing',
    async (weights) => {
      await openTensorflow();
      const node = backend() as NodeBackend;
      const before = { device: node.binding.getNumOfTensors(), tensors: memory().numTensors };
      const apply = async (parts: LinearPart[], compute: 'f32' | 'bf16') => {
        const { why } = await openTensorflow({ weights, compute });
        expect(why.includes('in bf16')).toBe(compute === 'bf16');
        expect(node.compute).toBe(compute);
        const linear = new LinearWeight(parts);
        const values = tidy(() => linear.apply(random(3, 64, 9)).dataSync());
        const { bytes } = linear;
        linear.dispose();
        return { values, bytes };
      };
      const values = Float32Array.from({ length: 5 * 64 }, (_, i) => Math.sin(i));
      for (const parts of [[weight(4, false)], [{ rows: 5, columns: 64, values }]]) {
        const [single, half] = [await apply(parts, 'f32'), await apply(parts, 'bf16')];
        const isPacked = weights === 'packed' && parts.every(isQuantized);
        const { held, packed, float } = half.bytes;
        expect(held).toBe(isPacked ? packed : float / 2);
        const largest = Math.max(...single.values.map(Math.abs));
        const gap = Math.max(
          ...half.values.map((value, i) => Math.abs(value - (single.values[i] as number))),
        );
        expect(gap).toBeGreaterThan(0);
        expect(gap).toBeLessThan(2 ** -7 * largest);
      }
      await openTensorflow();
      expect({ device: node.binding.getNumOfTensors(), tensors: memory().numTensors }).toEqual(
        before,
      );
    },
  );

  const channel = (bits: number, symmetric: boolean): QuantizedWeight => {
    const { scales, zeros, ...rest } = weight(bits, symmetric);
    const perRow = (values: Float32Array) => values.slice(0, rest.rows);
    return {
      ...rest,
      scheme: { ...rest.scheme, group: 'channel' },
      scales: perRow(scales),
      ...(zeros && { zeros: perRow(zeros) }),
    };
  };

  it.each([
    [8, false, { bits: 8 }],
    [8, true, { bits: 8, symmetric: true }],
    [6, false, { bits: 8, clip: 0.9 }],
    [8, true, { bits: 4 }],
  ] as const)(
    'multiplies packed bytes of %s bits (symmetric: %s) with activations rounded to %o in integers',
    async (bits, symmetric, given) => {
      await openTensorflow({ weights: 'packed' });
      const { binding } = backend() as NodeBackend;
      const before = { device: binding.getNumOfTensors(), tensors: memory().numTensors };
      const linear = new LinearWeight([channel(bits, symmetric), channel(bits, symmetric)]);
      const scheme = completeActivationScheme(given);
      expect(linear.held?.rounds?.({ scheme, group: 64 })).toBe(true);
      expect(linear.held?.rounds?.({ scheme, group: 32 })).toBe(false);
      for (const tokens of [1, 3, 70]) {
        const wanted = tidy(() =>
          linear.apply(quantizeActivations(random(tokens, 64, 9), scheme, 64)).dataSync(),
        );
        const got = tidy(() => linear.applyRounded(random(tokens, 64, 9), scheme, 64).dataSync());
        const largest = Math.max(...wanted.map(Math.abs));
        got.forEach((value, i) => {
          expect(Math.abs(value - (wanted[i] as number))).toBeLessThan(2 ** -20 * largest);
        });
      }
      linear.dispose();
      const grouped = new LinearWeight([weight(8, false)]);
      expect(grouped.held?.rounds?.({ scheme, group: 64 })).toBe(false);
      grouped.dispose();
      expect({ device: binding.getNumOfTensors(), tensors: memory().numTensors }).toEqual(before);
      await openTensorflow();
    },
  );

  it('expands floats of few bits, which have no packed form on the device', async () => {
    await openTensorflow({ weights: 'packed' });
    const float = { element: 'e2m1', scale: 'float32' };
    const base = weight(4, false);
    const { zeros: _, ...rest } = base;
    const linear = new LinearWeight([
      { ...rest, scheme: { ...base.scheme, float } as QuantizedWeight['scheme'] },
    ]);
    expect(linear.bytes.held).toBe(linear.bytes.float);
    linear.dispose();
    await openTensorflow();
  });
});
