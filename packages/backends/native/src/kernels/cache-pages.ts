import { gridAxes, type KvCache, type KvStore, type Segment } from '@thinkbits/ops';
import { floatFormatNumbers } from './float-format-numbers.js';

/** How a decoder layer lies in a cache, as native/cached-rows.h has it. */
export interface CacheDescription {
  readonly keys: Int32Array;
  readonly values: Int32Array;
  /** Whether keys are rotated as they are read. */
  readonly rotates: boolean;
  /** Whether tokens wait in a window, of which each sees another part: they go one by one then. */
  readonly waits: boolean;
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
  /** `[rows, 13]` */
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
    waits: [keys, values].some(({ direct }) => direct.windowRow !== undefined),
  };
}

/**
 * The tokens of a batch, in steps that are taken one after another.
 * @param waits as {@link CacheDescription.waits} says
 */
export function rowTokens(segments: readonly Segment[], waits: boolean): RowTokens[][] {
  let first = 0;
  const batch = segments.map(({ slot, count }) => {
    const row = { slot, token: first, count };
    first += count;
    return row;
  });
  if (!waits) return [batch];
  const longest = batch.reduce((most, { count }) => Math.max(most, count), 0);
  return Array.from({ length: longest }, (_, t) =>
    batch
      .filter(({ count }) => t < count)
      .map(({ slot, token }) => ({ slot, token: token + t, count: 1 })),
  );
}

/**
 * Makes room for tokens of a batch, which are to be written next.
 * @returns the rows of the first layer, then those of the next
 */
export function reserveRows(
  cache: KvCache,
  layers: readonly number[],
  rows: readonly RowTokens[],
): CachedRows {
  const pages: number[] = [];
  const described: number[] = [];
  const reserve = (store: KvStore, count: number): void => {
    const { direct } = store;
    const { waiting, window = 0 } = direct.reserve(count);
    described.push(pages.length, waiting, store.settled, window, direct.windowRow ?? 0);
    for (const page of direct.pages) pages.push(page);
  };
  for (const layer of layers) {
    for (const { slot, token, count } of rows) {
      const { keys, values } = cache.row(slot, layer);
      described.push(token, count, keys.tokens);
      reserve(keys, count);
      reserve(values, count);
    }
  }
  return { pages: Int32Array.from(pages), rows: Int32Array.from(described) };
}
