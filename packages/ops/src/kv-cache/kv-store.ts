/** Tokens per page: pages are allocated one by one, so a short row holds little. */
export const pageTokens = 64;

/**
 * The keys or the values of one row in one decoder layer, as they are kept between steps.
 *
 * Tokens are appended in order and never rewritten. Tokens before `settled` are read page by page; the rest, at most a
 * window of recent tokens, is in `recent`.
 */
export interface KvStore {
  readonly tokens: number;
  /** Tokens that will not change any more; equal to `tokens` unless a float window is kept. */
  readonly settled: number;
  /** Appends one token, `[kvHeads · headDim]` at `start` of `source`. */
  append(source: Float32Array, start: number): void;
  /**
   * The settled tokens of a page and head, `[pageTokens, headDim]`: the store's own memory, or `scratch` filled with what
   * the codes stand for. Read only.
   */
  page(page: number, head: number, scratch: Float32Array): Float32Array;
  /** The float window of a head, `[tokens - settled, headDim]`, and where it starts. */
  recent(head: number): { readonly values: Float32Array; readonly start: number };
  /** Bytes allocated. */
  readonly heldBytes: number;
}

/** Copies tokens `[0, to)` of a head as they stand now into `out`, `[to, headDim]`. */
export function readStore(
  store: KvStore,
  head: number,
  headDim: number,
  to: number,
  out: Float32Array,
): void {
  const scratch = new Float32Array(pageTokens * headDim);
  const settled = Math.min(to, store.settled);
  for (let page = 0; page * pageTokens < settled; page++) {
    const count = Math.min(pageTokens, settled - page * pageTokens);
    out.set(
      store.page(page, head, scratch).subarray(0, count * headDim),
      page * pageTokens * headDim,
    );
  }
  if (to > settled) {
    const { values, start } = store.recent(head);
    out.set(values.subarray(start, start + (to - settled) * headDim), settled * headDim);
  }
}
