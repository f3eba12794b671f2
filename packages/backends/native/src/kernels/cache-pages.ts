import { gridAxes, type KvCache, type KvStore, type Segment } from '@thinkbits/ops';
import { floatFormatNumbers } from './float-format-numbers.js';

/** How a decoder layer lies in a cache, as native/cached-rows.h has it. */
export interface CacheDescription {
  readonly keys: Int32Array;
  readonly values: Int32Array;
  /** Whether keys are rotated as they are read. */
  readonly rotates: boolean;
  /** Whether the addon writes tokens by itself; elsewhere they wait in windows, or share a grid. */
  readonly writes: boolean;
}

/** Tokens of a row within a batch, from the one numbered `token` on. */
export interface RowTokens {
  readonly slot: number;
  readonly token: number;
  readonly count: number;
}

/** The rows of a batch, and where their tokens lie, as native/cached-rows.h has it. */
export interface CachedRows {
  /** Addresses of pages. */
  readonly pages: Int32Array;
  /** `[rows, 11]` */
  readonly rows: Int32Array;
}

/** Integers as `readPart` of native/kv-store-calls.cc reads them. */
function describe({ pageTokens, direct: { format } }: KvStore): Int32Array {
  const { bits, group, kind, rowBytes, headBytes, parameters, grid, axis, grids = 0 } = format;
  const { clip = 1, range, float } = grid ?? {};
  const { low, high } = typeof clip === 'number' ? { low: clip, high: clip } : clip;
  const ratios = new Int32Array(Float32Array.of(low, high).buffer);
  const minMax = range === 'min-max' ? 1 : 0;
  const formatNumbers = float ? floatFormatNumbers(float) : [0, 0];
  return Int32Array.of(
    ...[bits, group, kind, rowBytes, headBytes, parameters, minMax],
    ...ratios,
    ...formatNumbers,
    ...[pageTokens, axis ?? gridAxes.token, grids],
  );
}

/** How a decoder layer lies in the cache; undefined where there are no rows. */
export function describeCache(
  cache: KvCache,
  layer: number,
  [first]: readonly Segment[],
): CacheDescription | undefined {
  if (!first) return undefined;
  const { keys, values } = cache.row(first.slot, layer);
  return {
    keys: describe(keys),
    values: describe(values),
    rotates: cache.rotatesOnRead(layer),
    writes: keys.direct.reserve !== undefined && values.direct.reserve !== undefined,
  };
}

/** The segments of a batch with the places of their tokens in it. */
export function rowTokens(segments: readonly Segment[]): RowTokens[] {
  let token = 0;
  return segments.map(({ slot, count }) => {
    const row = { slot, token, count };
    token += count;
    return row;
  });
}

/**
 * Where the tokens of rows lie, those of the batch, which are counted already, among them.
 * @returns the rows of the first layer, then those of the next
 */
export function findRows(
  cache: KvCache,
  layers: readonly number[],
  rows: readonly RowTokens[],
): CachedRows {
  const pages: number[] = [];
  const described: number[] = [];
  const describeHalf = (store: KvStore): void => {
    const { tokens, settled } = store;
    const waits = tokens > settled;
    const address = waits ? store.recent(0) : 0;
    const toNextHead = waits && cache.shape.kvHeads > 1 ? (store.recent(1) - address) / 4 : 0;
    described.push(pages.length, settled, address, toNextHead);
    for (const page of store.direct.pages) pages.push(page);
  };
  for (const layer of layers) {
    for (const { slot, token, count } of rows) {
      const { keys, values } = cache.row(slot, layer);
      described.push(token, count, keys.tokens - count);
      describeHalf(keys);
      describeHalf(values);
    }
  }
  return { pages: Int32Array.from(pages), rows: Int32Array.from(described) };
}

/** {@link findRows} of layers whose tokens the addon writes: makes room for those of a batch, which are to be written next. */
export function reserveRows(
  cache: KvCache,
  layers: readonly number[],
  segments: readonly Segment[],
): CachedRows {
  for (const layer of layers) {
    for (const { slot, count } of segments) {
      const { keys, values } = cache.row(slot, layer);
      keys.direct.reserve?.(count);
      values.direct.reserve?.(count);
    }
  }
  return findRows(cache, layers, rowTokens(segments));
}
