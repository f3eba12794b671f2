import { gridAxes, type KvCache, type KvStore, type Segment } from '@thinkbits/ops';
import { floatFormatNumbers } from './float-format-numbers.js';

/** How a decoder layer lies in a cache, as native/cached-rows.h has it. */
export interface CacheDescription {
  readonly keys: Int32Array;
  readonly values: Int32Array;
  /** Whether keys are rotated as they are read. */
  readonly rotates: boolean;
  /** Whether tokens wait in a window, which has room for some at a time: see {@link rowSteps}. */
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
  /** `[rows, 9]` */
  readonly rows: Int32Array;
}

/** Integers as `readPart` of native/kv-store-calls.cc reads them. */
function describe({ pageTokens, direct: { format, rule } }: KvStore): Int32Array {
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
    ...[pageTokens, axis ?? gridAxes.token, grids, rule.keep, rule.block],
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

/** The rows of a batch with all of their tokens. */
export function rowsOf(segments: readonly Segment[]): RowTokens[] {
  let first = 0;
  return segments.map(({ slot, count }) => {
    const row = { slot, token: first, count };
    first += count;
    return row;
  });
}

/** Tokens of a row that a decoder layer has room for at once. */
export function roomOf(cache: KvCache, layer: number, slot: number): number {
  const { keys, values } = cache.row(slot, layer);
  return Math.min(keys.direct.room, values.direct.room);
}

/** The tokens of a batch in steps: of every row as many as there is room for once those of the step before were attended to. */
export function* rowSteps(
  cache: KvCache,
  layer: number,
  segments: readonly Segment[],
): Generator<RowTokens[]> {
  let left = rowsOf(segments);
  do {
    const step = left.map((row) => ({
      ...row,
      count: Math.min(row.count, roomOf(cache, layer, row.slot)),
    }));
    yield step;
    left = left
      .map(({ slot, token, count }, i) => {
        const done = (step[i] as RowTokens).count;
        return { slot, token: token + done, count: count - done };
      })
      .filter(({ count }) => count > 0);
  } while (left.length > 0);
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
  const reserve = ({ direct }: KvStore, count: number): void => {
    const window = direct.reserve(count) ?? 0;
    described.push(pages.length, window, direct.windowRow ?? 0);
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
