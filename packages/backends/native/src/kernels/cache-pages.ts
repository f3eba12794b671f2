import type { DirectPages, KvCache, KvStore, PageFormat, Segment } from '@thinkbits/ops';
import { floatFormatNumbers } from './float-format-numbers.js';

/** A decoder layer of a cache whose pages the addon reads and writes by itself, as native/cached-rows.h has it. */
export interface CacheDescription {
  readonly keys: Int32Array;
  readonly values: Int32Array;
  readonly pageTokens: number;
}

/** The rows of a batch, and where their tokens lie. */
export interface CachedRows {
  /** Addresses of pages. */
  readonly pages: Int32Array;
  /** `[rows, 4]`: tokens of the batch, tokens before them, and where within `pages` keys and values begin. */
  readonly rows: Int32Array;
}

/** Integers as `readPart` of native/cached-rows.h reads them. */
function describe({ bits, group, kind, rowBytes, headBytes, parameters, grid }: PageFormat) {
  const { clip = 1, range, float } = grid ?? {};
  const { low, high } = typeof clip === 'number' ? { low: clip, high: clip } : clip;
  const ratios = new Int32Array(Float32Array.of(low, high).buffer);
  const minMax = range === 'min-max' ? 1 : 0;
  const format = float ? floatFormatNumbers(float) : [0, 0];
  return Int32Array.of(
    ...[bits, group, kind, rowBytes, headBytes, parameters, minMax],
    ...ratios,
    ...format,
  );
}

/**
 * How a decoder layer lies in the cache; undefined where its rows wait in windows, are rotated as they are read, or lie in a
 * way that the addon does not know.
 */
export function describeCache(
  cache: KvCache,
  layer: number,
  [first]: readonly Segment[],
): CacheDescription | undefined {
  if (!first || cache.rotatesOnRead(layer)) return undefined;
  const { keys, values } = cache.row(first.slot, layer);
  if (!keys.direct || !values.direct) return undefined;
  return {
    keys: describe(keys.direct.format),
    values: describe(values.direct.format),
    pageTokens: keys.pageTokens,
  };
}

/**
 * Makes room for the tokens of a batch in layers that {@link describeCache} knows; they are to be written next.
 * @returns the rows of the first layer, then those of the next
 */
export function reserveRows(
  cache: KvCache,
  layers: readonly number[],
  segments: readonly Segment[],
): CachedRows {
  const pages: number[] = [];
  const rows = new Int32Array(4 * layers.length * segments.length);
  const reserve = (store: KvStore, count: number): number => {
    const direct = store.direct as DirectPages;
    direct.reserve(count);
    const first = pages.length;
    for (const page of direct.pages) pages.push(page);
    return first;
  };
  let at = 0;
  for (const layer of layers) {
    for (const { slot, count } of segments) {
      const { keys, values } = cache.row(slot, layer);
      rows[at++] = count;
      rows[at++] = keys.tokens;
      rows[at++] = reserve(keys, count);
      rows[at++] = reserve(values, count);
    }
  }
  return { pages: Int32Array.from(pages), rows };
}
