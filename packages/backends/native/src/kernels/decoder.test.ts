import * as tf from '@tensorflow/tfjs-core';
import { createRandom } from '@thinkbits/numerics';
import {
  cachedAttention,
  cachedAttentionOp,
  KvCache,
  rmsNorm,
  rmsNormOp,
  rotaryEmbedding,
  rotaryEmbeddingOp,
  rotaryTable,
  type Segment,
  swiglu,
  swigluOp,
} from '@thinkbits/ops';
import { floatFormats, type KvScheme } from '@thinkbits/spec';
import { expect, it } from 'vitest';
import { describeEachSet } from '../__fixtures__/describe-each-set.js';
import { expectNear } from '../__fixtures__/expect-within.js';
import { shapeCount } from '../__fixtures__/random-shapes.js';

const random = createRandom(11).fork('decoder kernels');
const normals = (size: number) => Float32Array.from({ length: size }, () => random.normal());

function expectClose(actual: tf.Tensor, expected: tf.Tensor, tolerance = 2e-5): void {
  expect(actual.shape).toEqual(expected.shape);
  expectNear(actual.dataSync(), expected.dataSync(), () => tolerance);
}

const half = (bits: number, group: number | 'head' = 'head') =>
  ({ bits, group, symmetric: false, range: 'zero-inclusive', clip: 1 }) as never;
const fp8 = { ...(half(8) as object), axis: 'token', symmetric: true, float: floatFormats.fp8 };
const scheme = (bits: number, more: object = {}): KvScheme =>
  ({ rope: 'after', window: 0, key: half(bits), value: half(bits), ...more }) as KvScheme;

describeEachSet('decoder kernels', () => {
  it('norms, rotates and gates as the compositions do', () => {
    tf.tidy(() => {
      for (const [tokens, width] of [
        [1, 64],
        [7, 96],
        [33, 40],
      ] as const) {
        const x = tf.tensor2d(normals(tokens * width), [tokens, width]);
        const weight = tf.tensor1d(normals(width));
        const epsilon = 1e-6;
        expectClose(rmsNorm(x, weight, epsilon), rmsNormOp.compose({ x, weight }, { epsilon }));
        expectClose(swiglu(x), swigluOp.compose({ gateUp: x }, {}));
        const table = rotaryTable(Float64Array.from([1, 0.5, 0.1, 0.01]), 50, 1);
        const attributes = {
          table,
          positions: Int32Array.from({ length: tokens }, () => random.integer(50)),
        };
        expectClose(rotaryEmbedding(x, attributes), rotaryEmbeddingOp.compose({ x }, attributes));
      }
    });
  });

  const caches: readonly (readonly [string, KvScheme | undefined])[] = [
    ['floats', undefined],
    ...[2, 3, 4, 8].map((bits) => [`${bits} bits`, scheme(bits)] as const),
    ['4 bits in groups', scheme(4, { key: half(4, 16), value: half(4, 8) })],
    [
      '3 bits, symmetric keys, values above a minimum',
      scheme(3, {
        key: { ...(half(3) as object), symmetric: true },
        value: { ...(half(3) as object), range: 'float-minimum' },
      }),
    ],
    ['8-bit floats', scheme(8, { key: fp8, value: fp8 })],
    ['4 bits behind a window of floats', scheme(4, { window: 20 })],
    [
      '4 bits by channel, in groups of tokens',
      scheme(4, { window: 32, key: { ...(half(4, 16) as object), axis: 'channel' } }),
    ],
  ];

  it.each(caches)('attends over a cache of %s as the composition does', (_, kv) => {
    const shapes = [
      [4, 2, 64],
      [3, 3, 32],
      [6, 2, 48],
    ] as const;
    for (const [heads, kvHeads, headDim] of shapes.slice(0, shapeCount(shapes.length))) {
      const shape = { layers: 1, kvHeads, headDim, ...(kv && { parameters: [{ scheme: kv }] }) };
      const [own, other] = [new KvCache(shape), new KvCache(shape)];
      const lengths = [0, 0, 0];
      for (const counts of [
        [70, 1, 130],
        [1, 1, 1],
        [3, 40, 1],
        [250, 0, 0],
      ]) {
        const segments = counts.flatMap((count, slot): Segment[] =>
          count === 0 ? [] : [{ slot, start: lengths[slot] as number, count }],
        );
        const tokens = counts.reduce((a, b) => a + b, 0);
        counts.forEach((count, slot) => {
          lengths[slot] = (lengths[slot] as number) + count;
        });
        tf.tidy(() => {
          const make = (n: number) =>
            tf.tensor2d(normals(tokens * n * headDim), [tokens, n * headDim]);
          const [query, key, value] = [make(heads), make(kvHeads), make(kvHeads)] as const;
          const attributes = { layer: 0, segments, heads };
          const attended = cachedAttention(query, key, value, { ...attributes, cache: own });
          const composed = cachedAttentionOp.compose(
            { query, key, value },
            { ...attributes, cache: other },
          );
          expectClose(attended, composed, 1e-4);
        });
      }
      own.dispose();
      other.dispose();
    }
  });
});
