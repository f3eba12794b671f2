import { dispose, tensor2d } from '@tensorflow/tfjs-core';
import { cachedAttention, KvCache, type RowCache } from '@thinkbits/ops';
import type { KvScheme } from '@thinkbits/spec';
import type { GoldenTensor } from '../tensor.js';
import type { CaseContext } from '../topic.js';

/** `[heads, tokens, d]` → `[tokens, heads · d]`, as the cache takes it. */
function byToken({ shape, values }: GoldenTensor): Float32Array {
  const [heads, tokens, d] = shape as [number, number, number];
  return Float32Array.from(values, (_, i) => {
    const token = Math.floor(i / (heads * d));
    const head = Math.floor(i / d) % heads;
    return values[(head * tokens + token) * d + (i % d)] as number;
  });
}

/** Rows of a case's keys, values and queries as attention takes them. */
export interface CacheInputs {
  readonly heads: number;
  readonly headDim: number;
  /** `[tokens, heads · headDim]` */
  readonly key: Float32Array;
  readonly value: Float32Array;
  /** `[queries, heads · headDim]` */
  readonly query: Float32Array;
}

/** The inputs of a case, its first `tokens` tokens; all of them where the case does not say. */
export async function cacheInputs({ input }: CaseContext, tokens?: number): Promise<CacheInputs> {
  const read = await Promise.all(['key', 'value', 'query'].map(input));
  const [heads, , headDim] = (read[0] as GoldenTensor).shape as [number, number, number];
  const [key, value, query] = read.map(byToken) as [Float32Array, Float32Array, Float32Array];
  const end = tokens === undefined ? key.length : tokens * heads * headDim;
  return { heads, headDim, key: key.slice(0, end), value: value.slice(0, end), query };
}

/**
 * What each query sees of a quantized cache, `[heads, queries, d]`, through the cache and the attention that generation uses:
 * a row is filled anew for each query, which stands at its last token and so sees all of them.
 * @param calls how many tokens come at a time
 * @param look is shown the rows as they end
 */
export async function attend(
  { heads, headDim: d, key, value, query }: CacheInputs,
  scheme: KvScheme,
  calls: readonly number[],
  look?: (row: RowCache) => void,
): Promise<Float32Array> {
  const cache = new KvCache({ layers: 1, kvHeads: heads, headDim: d, parameters: [{ scheme }] });
  const width = heads * d;
  const tokens = key.length / width;
  const queries = query.length / width;
  const result = new Float32Array(heads * queries * d);
  try {
    for (let j = 0; j < queries; j++) {
      const rows = new Float32Array(tokens * width);
      rows.set(query.subarray(j * width, (j + 1) * width), (tokens - 1) * width);
      let start = 0;
      for (const count of calls) {
        const part = (x: Float32Array) =>
          tensor2d(x.slice(start * width, (start + count) * width), [count, width]);
        const inputs = [part(rows), part(key), part(value)] as const;
        const segments = [{ slot: j, start, count }];
        const output = cachedAttention(...inputs, { cache, layer: 0, segments, heads });
        const seen = (await output.data()) as Float32Array;
        dispose([...inputs, output]);
        start += count;
        if (start < tokens) continue;
        const last = seen.subarray((count - 1) * width);
        for (let h = 0; h < heads; h++)
          result.set(last.subarray(h * d, (h + 1) * d), (h * queries + j) * d);
      }
      look?.(cache.row(j, 0));
    }
  } finally {
    cache.dispose();
  }
  return result;
}
