import * as tf from '@tensorflow/tfjs-core';
import { createRandom } from '@thinkbits/numerics';
import {
  cachedAttention,
  gridAxes,
  KvCache,
  type KvStore,
  pageMemory,
  type Segment,
} from '@thinkbits/ops';
import { floatFormats, type KvPartScheme, type StaticKvGrid } from '@thinkbits/spec';
import { expect, it } from 'vitest';
import { describeEachSet } from '../__fixtures__/describe-each-set.js';
import type { NativeBackend } from '../native-backend.js';
import { describeCache, reserveRows, rowSteps } from './cache-pages.js';

const [kvHeads, tokens] = [3, 192]; // three pages
const random = createRandom(41).fork('cache pages');

/** Values of a head that a grid may come to grief over. */
const heads: readonly ((i: number) => number)[] = [
  () => 3 * random.normal(),
  () => random.normal() * 1e-3 + 40,
  () => -Math.abs(random.normal()) - 1,
  () => 0,
  (i) => (i % 2 ? 0 : -0),
  () => -2.5,
  () => 7,
  () => random.normal() * 3e37,
  (i) => (i % 2 ? 3.4e38 : -3.4e38), // the range overflows
  () => random.normal() * 1e-38,
  () => Math.round(random.normal() * 4) * 2 ** -149,
  (i) => (i === 0 ? 15 : Math.round(random.normal() * 8) / 2), // halves between codes
  (i) => (i === 5 ? 1e30 : random.normal()),
  (i) => (i === 39 ? Number.NaN : random.normal()),
  (i) => (i === 17 ? Number.POSITIVE_INFINITY : random.normal()),
  (i) => (i === 3 ? Number.NEGATIVE_INFINITY : 0),
];

/** `[tokens, kvHeads · headDim]`, each head of a token of a kind of its own. */
const anyTokens = (headDim: number, kinds = heads): Float32Array =>
  Float32Array.from(
    (function* () {
      for (let head = 0; head < tokens * kvHeads; head++) {
        const value = kinds[random.integer(kinds.length)] as (i: number) => number;
        for (let i = 0; i < headDim; i++) yield value(i);
      }
    })(),
  );

const part = (bits: number, more: Partial<KvPartScheme> = {}): KvPartScheme =>
  ({
    bits,
    axis: 'token',
    group: 'head',
    symmetric: false,
    range: 'zero-inclusive',
    clip: 1,
    ...more,
  }) as KvPartScheme;

const e2m1 = { element: 'e2m1', scale: 'float32' } as const;

const kinds: readonly (readonly [string, Partial<KvPartScheme>])[] = [
  ['unsigned', {}],
  ['unsigned, in groups, clipped', { group: 8, clip: 0.9 }],
  ['unsigned, in groups of 5', { group: 5 }],
  ['unsigned, each end clipped by its own', { clip: { low: 0.7, high: 0.95 } }],
  ['signed', { symmetric: true }],
  ['signed, clipped', { symmetric: true, group: 20, clip: 0.8 }],
  ['min-max', { range: 'min-max' }],
  ['min-max, clipped', { range: 'min-max', group: 8, clip: 0.85 }],
  ['above a minimum', { range: 'float-minimum' }],
  ['above a minimum, in groups', { range: 'float-minimum', group: 4 }],
];

const floatKinds: readonly (readonly [string, Partial<KvPartScheme>])[] = [
  ['MXFP4', { bits: 4, group: 32, float: floatFormats.mxfp4 }],
  ['MXFP8', { bits: 8, group: 32, float: floatFormats.mxfp8 }],
  ['E5M2', { bits: 8, group: 32, float: { element: 'e5m2', scale: 'e8m0', scaleRule: 'round' } }],
  ['FP8', { bits: 8, float: floatFormats.fp8 }],
  ['E2M1 under floats, clipped', { bits: 4, group: 8, clip: 0.9, float: e2m1 }],
];

/** For every channel, far from 0 and beyond what codes reach. */
const staticGrids = (channels: number, symmetric: boolean): StaticKvGrid => ({
  scales: Float32Array.from({ length: channels }, (_, c) =>
    c % 7 === 0 ? 1e-4 : 0.1 + random.next(),
  ),
  zeros: Float32Array.from({ length: channels }, (_, c) =>
    symmetric ? 0 : c % 5 === 0 ? -400_000 : random.integer(20),
  ),
  ...(!symmetric && random.integer(2) && { offset: new Float32Array(channels).fill(-1.25) }),
});

/** The codes and the grids of every page and head, NaNs alike. */
function stored({ direct }: KvStore): Buffer {
  const { pages, format } = direct;
  const { parameters, headBytes } = format;
  const heads = pages.flatMap((page) =>
    Array.from({ length: kvHeads }, (_, head) => {
      const at = page + head * headBytes;
      if (format.axis === gridAxes.fixed) return pageMemory().bytes.slice(at, at + parameters);
      const bytes = pageMemory().bytes.slice(at, at + headBytes);
      if (format.grid?.float) return bytes;
      const grids = new Float32Array(bytes.buffer, parameters);
      grids.forEach((value, i) => {
        if (Number.isNaN(value)) grids[i] = Number.NaN;
      });
      return bytes;
    }),
  );
  return Buffer.concat(heads);
}

function store(cache: KvCache, key: Float32Array, value: Float32Array, segments: Segment[]): void {
  const { addon } = tf.backend() as NativeBackend;
  const layout = describeCache(cache, 0, segments);
  if (!layout) throw new Error('there are no tokens');
  const { keys, values } = layout;
  const { headDim } = cache.shape;
  for (const tokens of rowSteps(cache, 0, segments)) {
    const { pages, rows } = reserveRows(cache, [0], tokens);
    const { bytes } = pageMemory();
    addon.storeTokens(key, value, bytes, pages, rows, keys, values, kvHeads, headDim);
  }
}

describeEachSet('tokens in pages', () => {
  const integers = kinds.flatMap(([name, more]) =>
    [2, 3, 4, 8].map((bits) => [bits, name, part(bits, more)] as const),
  );
  const floats = floatKinds.map(
    ([name, more]) => [more.bits as number, name, part(4, { symmetric: true, ...more })] as const,
  );

  const fixed = [2, 3, 4, 8].flatMap((bits) =>
    [false, true].map((symmetric) => {
      const name = `${symmetric ? 'signed' : 'unsigned'}, on grids of channels`;
      return [bits, name, part(bits, { axis: 'channel', symmetric })] as const;
    }),
  );

  const byPage = [2, 3, 4, 8].flatMap((bits) =>
    [{ symmetric: true }, { range: 'min-max' }, { range: 'float-minimum' }, { clip: 0.9 }].map(
      (more) => {
        const key = part(bits, { axis: 'channel', group: 16, ...more } as Partial<KvPartScheme>);
        return [bits, `${JSON.stringify(more)}, by channel of 16 tokens`, key] as const;
      },
    ),
  );

  it.each([...integers, ...floats, ...fixed, ...byPage, [32, 'floats', undefined] as const])(
    'of %i bits, %s, are those of plain TypeScript, one by one or at once',
    (_, __, key) => {
      const headDim = key?.float ? 64 : 40;
      const parameters = key && [
        {
          scheme: {
            key,
            window: key.axis === 'channel' && key.group !== 'head' ? 32 : 0,
            rope: 'after',
          } as const,
          ...(key.axis === 'channel' &&
            key.group === 'head' && {
              staticKeys: staticGrids(kvHeads * headDim, key.symmetric),
            }),
        },
      ];
      const shape = { layers: 1, kvHeads, headDim, ...(parameters && { parameters }) };
      const caches = [new KvCache(shape), new KvCache(shape), new KvCache(shape)] as const;
      const [plain, together, alone] = caches;
      // what code a value has in a group that is no number is nobody's concern
      const possible = key?.float ? heads.slice(0, -3) : heads;
      const [k, v] = [anyTokens(headDim, possible), anyTokens(headDim, possible)];
      const width = kvHeads * headDim;
      const rows = [0, 1].map((slot) => plain.row(slot, 0));
      for (let t = 0; t < tokens; t++) {
        rows[0]?.keys.append(k, t * width);
        rows[0]?.values.append(v, t * width);
        rows[1]?.keys.append(v, t * width);
        rows[1]?.values.append(k, t * width);
        const token = (values: Float32Array) => values.slice(t * width, (t + 1) * width);
        store(alone, token(k), token(v), [{ slot: 0, start: t, count: 1 }]);
        store(alone, token(v), token(k), [{ slot: 1, start: t, count: 1 }]);
      }
      const both = (a: Float32Array, b: Float32Array, from: number, to: number) => {
        const joined = new Float32Array(2 * (to - from) * width);
        joined.set(a.subarray(from * width, to * width));
        joined.set(b.subarray(from * width, to * width), (to - from) * width);
        return joined;
      };
      for (const [from, to] of [
        [0, 70],
        [70, tokens],
      ] as const)
        store(
          together,
          both(k, v, from, to),
          both(v, k, from, to),
          [0, 1].map((slot) => ({ slot, start: from, count: to - from })),
        );
      for (const slot of [0, 1]) {
        for (const half of ['keys', 'values'] as const) {
          const expected = stored(plain.row(slot, 0)[half]);
          for (const cache of [together, alone]) {
            const row = cache.row(slot, 0)[half];
            expect([row.tokens, row.settled]).toEqual([tokens, tokens]);
            expect(stored(row).equals(expected)).toBe(true);
          }
        }
      }
      for (const cache of caches) cache.dispose();
    },
  );

  it.each([...integers, ...floats])(
    'of %i bits, %s, are read as plain TypeScript reads them',
    (_, __, value) => {
      const headDim = value.float ? 64 : 40;
      const scheme = { value, window: 0, rope: 'after' } as const;
      const cache = new KvCache({ layers: 1, kvHeads, headDim, parameters: [{ scheme }] });
      const width = kvHeads * headDim;
      const segments = Array.from({ length: tokens }, (_, slot) => ({ slot, start: 0, count: 1 }));
      // a row of one token: what attention gives is that token's value
      const [q, k] = [tf.zeros([tokens, width]), tf.zeros([tokens, width])] as [
        tf.Tensor2D,
        tf.Tensor2D,
      ];
      const v = tf.tensor2d(anyTokens(headDim), [tokens, width]);
      const attended = cachedAttention(q, k, v, { cache, layer: 0, segments, heads: kvHeads });
      const read = attended.dataSync() as Float32Array;
      const scratch = pageMemory().allocate(4 * headDim);
      let different = 0;
      for (let slot = 0; slot < tokens; slot++) {
        for (let head = 0; head < kvHeads; head++) {
          const at = cache.row(slot, 0).values.page(0, head, 1, scratch) / 4;
          const expected = pageMemory().floats.slice(at, at + headDim);
          const largest = expected.reduce((most, x) => Math.max(most, Math.abs(x) || 0), 0);
          // one rounding less where a minimum is added to a product of its size
          const room = value.range === 'float-minimum' ? largest * 1e-6 : 0;
          const from = slot * width + head * headDim;
          for (const [i, actual] of read.subarray(from, from + headDim).entries()) {
            const wanted = (expected[i] as number) + 0;
            if (!Object.is(actual, wanted) && !(Math.abs(actual - wanted) <= room)) different++;
          }
        }
      }
      expect(different).toBe(0);
      pageMemory().release(scratch, 4 * headDim);
      cache.dispose();
      tf.dispose([q, k, v, attended]);
    },
  );

  it('grow a cache by their number, whoever writes them', () => {
    const headDim = 8;
    const cache = new KvCache({ layers: 1, kvHeads, headDim });
    const token = new Float32Array(kvHeads * headDim).fill(2);
    cache.row(0, 0).keys.append(token, 0);
    cache.row(0, 0).values.append(token, 0);
    const held = cache.heldBytes;
    store(cache, token, token, [{ slot: 0, start: 1, count: 1 }]);
    expect(cache.row(0, 0).keys.tokens).toBe(2);
    expect(cache.heldBytes).toBe(held);
    cache.dispose();
  });
});
