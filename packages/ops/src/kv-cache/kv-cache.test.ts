import type { KvParameters, KvPartScheme } from '@thinkbits/spec';
import { describe, expect, test } from 'vitest';
import { rotaryTable } from '../rotary-embedding.js';
import { KvCache } from './kv-cache.js';
import { type KvStore, readStore } from './kv-store.js';

const [kvHeads, headDim] = [2, 8];
const width = kvHeads * headDim;
const part = (bits: 2 | 3 | 4 | 8, more: Partial<KvPartScheme> = {}): KvPartScheme => ({
  bits,
  axis: 'token',
  group: 'head',
  symmetric: false,
  range: 'zero-inclusive',
  clip: 1,
  ...more,
});
const cacheOf = (parameters: KvParameters) =>
  new KvCache({ layers: 1, kvHeads, headDim, parameters: [parameters] });

/** Tokens whose channels lie around centers of their own, `[tokens, width]`. */
const tokensAround = (tokens: number, center: (channel: number) => number) =>
  Float32Array.from(
    { length: tokens * width },
    (_, i) => center(i % width) + Math.sin(1.7 * i + 0.3 * (i % width)),
  );

function fill(store: KvStore, tokens: Float32Array): void {
  for (let at = 0; at < tokens.length; at += width) store.append(tokens, at);
}

/** Relative distance of what a head reads back from what was stored. */
function errorOf(store: KvStore, tokens: Float32Array): number {
  let [wrong, all] = [0, 0];
  for (let head = 0; head < kvHeads; head++) {
    const seen = new Float32Array((tokens.length / width) * headDim);
    readStore(store, head, headDim, seen);
    seen.forEach((value, i) => {
      const at = Math.floor(i / headDim) * width + head * headDim + (i % headDim);
      wrong += (value - tokens[at]!) ** 2;
      all += tokens[at]! ** 2;
    });
  }
  return Math.sqrt(wrong / all);
}

const channels = part(8, { axis: 'channel' });
const gridAround = (bits: number, offset?: Float32Array) => ({
  scales: new Float32Array(width).fill(2 / (2 ** bits - 1)),
  zeros: new Float32Array(width).fill(Math.round((2 ** bits - 1) / 2)),
  ...(offset && { offset }),
});

describe('static grids', () => {
  test('8 bits around an offset are nearly the identity, however large the offset', () => {
    const offset = Float32Array.from({ length: width }, (_, c) => (c % 3) * 100 - 100);
    const tokens = tokensAround(70, (c) => offset[c]!);
    const cache = cacheOf({
      scheme: { key: channels, window: 0, rope: 'after' },
      staticKeys: gridAround(8, offset),
    });
    const { keys } = cache.row(0, 0);
    fill(keys, tokens);
    expect(errorOf(keys, tokens)).toBeLessThan(1e-4); // half a step is 0.004, of values around 100
    cache.dispose();
  });

  test('keys from before the rotary embedding are quantized, read back, then rotated', () => {
    const tokens = tokensAround(9, () => 0.2);
    const table = rotaryTable(Float64Array.of(1, 0.3, 0.1, 0.03), 16, 1.2);
    const staticKeys = { ...gridAround(3), zeros: new Float32Array(width).fill(4) };
    const cache = cacheOf({
      scheme: { key: part(3, { axis: 'channel' }), window: 0, rope: 'before' },
      staticKeys,
    });
    const { keys } = cache.row(0, 0);
    fill(keys, tokens);
    const seen = new Float32Array(9 * headDim);
    readStore(keys, 1, headDim, seen, cache.rotation(0, table));
    const step = 2 / 7;
    const half = headDim / 2;
    for (let t = 0; t < 9; t++) {
      const stored = (i: number) => {
        const code = Math.round(tokens[t * width + headDim + i]! / step) + 4;
        return step * (Math.min(Math.max(code, 0), 7) - 4);
      };
      for (let i = 0; i < half; i++) {
        const angle = t * [1, 0.3, 0.1, 0.03][i]!;
        const [cosine, sine] = [1.2 * Math.cos(angle), 1.2 * Math.sin(angle)];
        const [a, b] = [stored(i), stored(i + half)];
        expect(seen[t * headDim + i]).toBeCloseTo(a * cosine - b * sine, 5);
        expect(seen[t * headDim + half + i]).toBeCloseTo(b * cosine + a * sine, 5);
      }
    }
    cache.dispose();
  });

  test('attention without angles is refused where keys are stored unrotated', () => {
    const cache = cacheOf({ scheme: { key: part(4), window: 0, rope: 'before' } });
    expect(() => cache.rotation(0, undefined)).toThrow(
      expect.objectContaining({ code: 'kv/no-angles' }),
    );
    const values = cacheOf({ scheme: { value: part(4), window: 0, rope: 'before' } });
    expect(values.rotation(0, undefined)).toBeUndefined(); // no key is stored unrotated
  });
});

describe('groups of tokens', () => {
  const kivi = (bits: 2 | 3 | 4 | 8, group: number, window: number) =>
    cacheOf({
      scheme: {
        key: part(bits, { axis: 'channel', group, range: 'float-minimum' }),
        value: part(bits, { group: 4, range: 'float-minimum' }),
        window,
        rope: 'after',
      },
    });

  test.each([
    [5, 6, [0, 0]],
    [6, 6, [6, 0]],
    [17, 6, [12, 11]],
    [18, 6, [18, 12]],
  ])('of %i tokens and a window of %i, %j are codes', (count, window, settled) => {
    const cache = kivi(2, 3, window);
    const { keys, values } = cache.row(0, 0);
    const tokens = tokensAround(count, () => 0);
    fill(keys, tokens);
    fill(values, tokens);
    expect([keys.settled, values.settled]).toEqual(settled);
    cache.dispose();
  });

  test('keys with channels of large magnitude lose little, which a scale per token loses', () => {
    const tokens = tokensAround(64, (c) => (c % 5 === 0 ? 50 : 0));
    const perToken = cacheOf({ scheme: { key: part(2), window: 0, rope: 'after' } });
    const perChannel = kivi(2, 32, 32);
    for (const cache of [perToken, perChannel]) fill(cache.row(0, 0).keys, tokens);
    const [coarse, fine] = [perToken, perChannel].map((cache) =>
      errorOf(cache.row(0, 0).keys, tokens),
    );
    expect(fine).toBeLessThan(0.2 * coarse!);
    perToken.dispose();
    perChannel.dispose();
  });
});

test.each<[string, KvParameters, number]>([
  [
    'per token',
    { scheme: { key: part(4), value: part(3, { group: 4 }), window: 0, rope: 'after' } },
    12 + 19,
  ],
  // codes alone
  [
    'static',
    { scheme: { key: channels, window: 0, rope: 'before' }, staticKeys: gridAround(8) },
    8 + 32,
  ],
  // 2 bits: 2 bytes, and 8 channels · 8 bytes of grids for 16 tokens
  [
    'groups',
    { scheme: { key: part(2, { axis: 'channel', group: 16 }), window: 16, rope: 'after' } },
    2 + 4 + 32,
  ],
])('bytes per token are those of codes and their share of grids: %s', (_, parameters, bytes) => {
  expect(cacheOf(parameters).bytesPerToken).toEqual({ float: 128, packed: kvHeads * bytes });
});

test('rows give back what they held, and the cache everything', () => {
  const cache = cacheOf({
    scheme: { key: channels, value: part(2), window: 3, rope: 'before' },
    staticKeys: gridAround(8),
  });
  const tokens = tokensAround(130, () => 0);
  const held: number[] = [];
  for (let round = 0; round < 3; round++) {
    for (const store of Object.values(cache.row(round, 0))) fill(store, tokens);
    held.push(cache.heldBytes);
    cache.reset(round);
  }
  expect(new Set(held).size).toBe(1);
  cache.dispose();
  expect(cache.heldBytes).toBe(0);
});
