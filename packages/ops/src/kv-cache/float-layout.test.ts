import { dequantizeTokens, quantizeTokens } from '@thinkbits/numerics';
import { completeKvPartScheme, floatElementBits, floatFormats } from '@thinkbits/spec';
import { describe, expect, it } from 'vitest';
import { KvCache } from './kv-cache.js';
import { pageMemory } from './page-memory.js';

const [kvHeads, headDim, tokens] = [2, 64, 70]; // more than a page
const source = Float32Array.from(
  { length: kvHeads * headDim },
  (_, i) => Math.sin(i * i) * 4 ** (i % 6),
);

/** Writes tokens and reads one head back, `[tokens, headDim]`. */
function throughCache(values: readonly Float32Array[], name: keyof typeof floatFormats) {
  const float = floatFormats[name];
  const part = completeKvPartScheme({ bits: float.element === 'e2m1' ? 4 : 8, float });
  const scheme = { key: part, window: 0, rope: 'after' } as const;
  const cache = new KvCache({ layers: 1, kvHeads, headDim, parameters: [{ scheme }] });
  const { keys } = cache.row(0, 0);
  for (const token of values) keys.append(token, 0);
  const scratch = pageMemory().allocate(4 * headDim * keys.pageTokens);
  const back: number[] = [];
  for (let page = 0; page * keys.pageTokens < values.length; page++) {
    const count = Math.min(keys.pageTokens, values.length - page * keys.pageTokens);
    const at = keys.page(page, 1, count, scratch) / 4;
    back.push(...pageMemory().floats.subarray(at, at + count * headDim));
  }
  pageMemory().release(scratch, 4 * headDim * keys.pageTokens);
  const { bytesPerToken } = cache;
  cache.dispose();
  return { back: Float32Array.from(back), bytesPerToken };
}

describe.each(['mxfp4', 'mxfp8', 'fp8'] as const)('%s keys', (name) => {
  const float = floatFormats[name];
  const bits = floatElementBits[float.element];
  const group = float.scale === 'e8m0' ? 32 : headDim;

  it('are those of dynamic quantization of each token and head', () => {
    const values = Array.from({ length: tokens }, (_, t) => source.map((x) => x * (t % 9) ** 7));
    const { back } = throughCache(values, name);
    const head = Float32Array.from(values.flatMap((token) => [...token.subarray(headDim)]));
    const grid = { bits, symmetric: true, clip: 1, group, float };
    const expected = dequantizeTokens(quantizeTokens(head, tokens, headDim, grid));
    expect(back.map((x) => x + 0)).toEqual(expected.map((x) => x + 0)); // 0 and -0 are one
  });

  it('decode to NaN where a block held one', () => {
    const broken = source.slice();
    broken[headDim + 3] = Number.NaN;
    const { back } = throughCache([broken], name);
    expect(back.subarray(0, group).every(Number.isNaN)).toBe(true);
    expect(back.subarray(group).every(Number.isFinite)).toBe(true);
  });
});

it('MXFP4 takes 4.25 bits an element', () => {
  const { bytesPerToken } = throughCache([source], 'mxfp4');
  const values = 4 * headDim * kvHeads; // stay in float32
  expect((8 * (bytesPerToken.packed - values)) / (headDim * kvHeads)).toBe(4.25);
});

it.each([
  ['a block that does not divide the head', 16, {}, 'kv/group'],
  ['another block than the format has', 64, { group: 16 }, 'kv/float-format'],
  ['a scale per channel', 64, { axis: 'channel' }, 'kv/float-format'],
  ['asymmetry', 64, { symmetric: false }, 'kv/float-format'],
  ['bits of another element', 64, { bits: 8 }, 'kv/float-format'],
  ['a scale of the whole tensor', 64, { float: floatFormats.nvfp4 }, 'kv/float-format'],
] as const)('refuses %s', (_, width, change, code) => {
  const key = completeKvPartScheme({ bits: 4, float: floatFormats.mxfp4, ...change });
  const parameters = [{ scheme: { key, window: 0, rope: 'after' } as const }];
  const make = () => new KvCache({ layers: 1, kvHeads: 1, headDim: width, parameters });
  expect(make).toThrow(expect.objectContaining({ code }) as never);
});
