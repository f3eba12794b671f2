import '@tensorflow/tfjs-backend-cpu';
import {
  backend,
  memory,
  randomNormal,
  setBackend,
  type Tensor2D,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import {
  cachedAttention,
  installBackendRows,
  installHostKernels,
  KvCache,
  type KvCacheShape,
  rotaryTable,
  type Segment,
} from '@thinkbits/ops';
import {
  completeKvPartScheme,
  type KvParameters,
  type KvPartScheme,
  type StaticKvGrid,
} from '@thinkbits/spec';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTensorflow } from '../open-tensorflow.js';
import type { NodeBackend } from '../raw/binding.js';
import { skipped } from '../testing/bindings.js';
import { DeviceRows } from './device-rows.js';

beforeAll(installHostKernels);
beforeEach(({ skip }) => skip(skipped !== ''));

const [heads, kvHeads, headDim, layers] = [6, 3, 16, 2];
const table = rotaryTable(
  Float64Array.from({ length: headDim / 2 }, (_, i) => 10000 ** (-i / 8)),
  512,
  1,
);

const part = (given: Partial<KvPartScheme> & Pick<KvPartScheme, 'bits'>) =>
  completeKvPartScheme(given);
const both = (given: Parameters<typeof part>[0]): KvParameters => ({
  scheme: { key: part(given), value: part(given), window: 0, rope: 'after' },
});
const grid = (low: number, offset: boolean): StaticKvGrid => {
  const values = (make: (i: number) => number) =>
    Float32Array.from({ length: kvHeads * headDim }, (_, i) => make(i));
  return {
    scales: values((i) => 0.1 + (i % 7) / 20),
    zeros: values((i) => low + (i % 5)),
    ...(offset && { offset: values((i) => Math.sin(i)) }),
  };
};

const caches: { readonly [name: string]: KvParameters | undefined } = {
  float: undefined,
  '2 bits': both({ bits: 2 }),
  '3 bits': both({ bits: 3 }),
  '4 bits': both({ bits: 4 }),
  '8 bits': both({ bits: 8 }),
  '4 bits, symmetric': both({ bits: 4, symmetric: true }),
  '3 bits, groups of 8, clipped': both({ bits: 3, group: 8, clip: { low: 0.9, high: 0.8 } }),
  '4 bits, minimum to maximum': both({ bits: 4, range: 'min-max' }),
  'keys alone': { scheme: { key: part({ bits: 4 }), window: 0, rope: 'after' } },
  'grids of channels, keys before the rotary embedding': {
    scheme: {
      key: part({ bits: 4, axis: 'channel', group: 'head' }),
      value: part({ bits: 3 }),
      window: 0,
      rope: 'before',
    },
    staticKeys: grid(3, true),
  },
  'symmetric grids of channels': {
    scheme: {
      key: part({ bits: 8, axis: 'channel', group: 'head', symmetric: true }),
      value: part({ bits: 2, axis: 'channel', group: 'head' }),
      window: 0,
      rope: 'after',
    },
    staticKeys: grid(0, false),
    staticValues: grid(1, false),
  },
};

const shapeOf = (parameters: KvParameters | undefined): KvCacheShape => ({
  layers,
  kvHeads,
  headDim,
  ...(parameters && { parameters: Array.from({ length: layers }, () => parameters) }),
});

/** A step of every kind: prompts, rows of different lengths at once, a long prompt beside them, a row that begins again. */
const steps: readonly (readonly Segment[])[] = [
  [{ slot: 4, start: 0, count: 70 }],
  [{ slot: 1, start: 0, count: 3 }],
  [
    { slot: 4, start: 70, count: 1 },
    { slot: 1, start: 3, count: 1 },
  ],
  [
    { slot: 1, start: 4, count: 1 },
    { slot: 0, start: 0, count: 200 },
    { slot: 4, start: 71, count: 2 },
  ],
  [{ slot: 0, start: 200, count: 210 }],
];
const again: readonly (readonly Segment[])[] = [
  [
    { slot: 4, start: 0, count: 2 },
    { slot: 7, start: 0, count: 2 },
  ],
  [
    { slot: 0, start: 410, count: 1 },
    { slot: 4, start: 2, count: 1 },
    { slot: 7, start: 2, count: 1 },
  ],
];

const random = (rows: number, columns: number, seed: number): Tensor2D =>
  randomNormal([rows, columns], 0, 1, 'float32', seed) as Tensor2D;

/** What all layers of all steps give, and what the cache then shows of each row. */
function run(shape: KvCacheShape) {
  const cache = new KvCache(shape);
  const outputs: Float32Array[] = [];
  const attend = (segments: readonly Segment[], step: number) => {
    const tokens = segments.reduce((sum, { count }) => sum + count, 0);
    for (let layer = 0; layer < layers; layer++) {
      const seed = 100 * step + 10 * layer + 7; // 0 would be drawn
      const output = tidy(() =>
        cachedAttention(
          random(tokens, heads * headDim, seed),
          random(tokens, kvHeads * headDim, seed + 1),
          random(tokens, kvHeads * headDim, seed + 2),
          { cache, layer, segments, heads, table },
        ).dataSync(),
      );
      outputs.push(output as Float32Array);
    }
  };
  steps.forEach(attend);
  cache.reset(4);
  again.forEach((segments, step) => {
    attend(segments, steps.length + step);
  });
  const seen = [0, 1, 4, 7].flatMap((slot) =>
    (['keys', 'values'] as const).map((half) => cache.read(slot, 1, half, table)),
  );
  const { heldBytes } = cache;
  const onDevice = cache.backendRows !== undefined;
  cache.dispose();
  return { outputs, seen, heldBytes, onDevice };
}

const largestGap = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0);

describe(`a cache in TensorFlow’s memory${skipped}`, () => {
  it.each(Object.keys(caches))(
    'attends as the definition does, shows what the host’s shows, and leaves nothing: %s',
    async (name) => {
      const shape = shapeOf(caches[name]);
      await setBackend('cpu');
      const wanted = run(shape);
      expect(wanted.onDevice).toBe(false);
      await openTensorflow({ cache: 'device' });
      const { binding } = backend() as NodeBackend;
      const before = { device: binding.getNumOfTensors(), tensors: memory().numTensors };
      const got = run(shape);
      expect({ device: binding.getNumOfTensors(), tensors: memory().numTensors }).toEqual(before);
      expect(got.onDevice).toBe(true);
      expect(got.seen.map(({ length }) => length)).toEqual(wanted.seen.map(({ length }) => length));
      got.seen.forEach((values, i) => {
        expect(largestGap(values, wanted.seen[i] as Float32Array)).toBeLessThan(2e-6);
      });
      got.outputs.forEach((values, i) => {
        expect(largestGap(values, wanted.outputs[i] as Float32Array)).toBeLessThan(2e-5);
      });
      await openTensorflow();
    },
  );

  it('attends in pieces where one product would take more memory', async () => {
    const shape = shapeOf(caches['4 bits']);
    await openTensorflow({ cache: 'device' });
    const whole = run(shape);
    const node = backend() as NodeBackend;
    installBackendRows('tensorflow', (of) => new DeviceRows(node, of, 20_000));
    const pieces = run(shape);
    pieces.outputs.forEach((values, i) => {
      expect(largestGap(values, whole.outputs[i] as Float32Array)).toBeLessThan(2e-6);
    });
    await openTensorflow();
  });

  it('takes tokens of the host, and holds what their codes take', async () => {
    const shape = shapeOf(caches['3 bits']);
    const [tokens, width] = [640, kvHeads * headDim];
    const values = Float32Array.from({ length: tokens * width }, (_, i) => Math.sin(i));
    const fill = () => {
      const cache = new KvCache(shape);
      for (let layer = 0; layer < layers; layer++)
        for (const [from, to] of [
          [0, 600],
          [600, tokens],
        ] as const)
          cache.append(
            2,
            layer,
            ...([values, values].map((x) => x.subarray(from * width, to * width)) as [
              Float32Array,
              Float32Array,
            ]),
          );
      const { heldBytes } = cache;
      const seen = cache.read(2, 1, 'values');
      const packed = cache.bytesPerToken.packed;
      cache.dispose();
      return { heldBytes, seen, packed };
    };
    await setBackend('cpu');
    const wanted = fill();
    await openTensorflow({ cache: 'device' });
    const got = fill();
    expect(largestGap(got.seen, wanted.seen)).toBeLessThan(1e-6);
    // A page that holds zeros besides those of the tokens.
    expect(got.heldBytes).toBe((tokens + 64) * got.packed);
    await openTensorflow();
  });

  it('shows NaN where a group held one, and nowhere else', async () => {
    await openTensorflow({ cache: 'device' });
    const cache = new KvCache({ ...shapeOf(both({ bits: 4, group: 8 })) });
    const width = kvHeads * headDim;
    const token = Float32Array.from({ length: width }, (_, i) => Math.cos(i));
    const broken = token.slice();
    broken[1] = Number.NaN;
    broken[9] = Number.POSITIVE_INFINITY;
    cache.append(0, 0, broken, token);
    const [keys, values] = [cache.read(0, 0, 'keys'), cache.read(0, 0, 'values')];
    const isBroken = Array.from(keys, Number.isNaN);
    expect(isBroken).toEqual(Array.from({ length: width }, (_, i) => i < 16));
    expect(largestGap(keys.subarray(16), values.subarray(16))).toBe(0);
    cache.dispose();
    await openTensorflow();
  });

  it('does not see what other rows hold', async () => {
    await openTensorflow({ cache: 'device' });
    const cache = new KvCache(shapeOf(undefined));
    const step = (segments: readonly Segment[], value: number) => {
      const tokens = segments.reduce((sum, { count }) => sum + count, 0);
      const of = (columns: number) =>
        tensor2d(new Float32Array(tokens * columns).fill(value), [tokens, columns]);
      return tidy(() =>
        cachedAttention(of(heads * headDim), of(kvHeads * headDim), of(kvHeads * headDim), {
          cache,
          layer: 0,
          segments,
          heads,
        }).dataSync(),
      );
    };
    step([{ slot: 0, start: 0, count: 5 }], Number.NaN);
    step([{ slot: 1, start: 0, count: 90 }], 1);
    cache.reset(0);
    const seen = step(
      [
        { slot: 2, start: 0, count: 1 },
        { slot: 1, start: 90, count: 1 },
      ],
      1,
    );
    expect([...seen].every((value) => Math.abs(value - 1) < 1e-6)).toBe(true);
    cache.dispose();
    await openTensorflow();
  });
});
