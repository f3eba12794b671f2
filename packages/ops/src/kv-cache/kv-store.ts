import { pageMemory } from './page-memory.js';

/** Tokens per page: pages are allocated one by one, so a short row holds little. */
export const pageTokens = 64;

/**
 * The keys or the values of one row in one decoder layer, as they are kept between steps, in {@link pageMemory}.
 *
 * Tokens are appended in order and never rewritten. Tokens before `settled` are read page by page; the rest, at most a
 * window of recent tokens, lies at `recent`.
 */
export interface KvStore {
  readonly tokens: number;
  /** Tokens that will not change any more; equal to `tokens` unless a float window is kept. */
  readonly settled: number;
  /** Appends one token, `[kvHeads · headDim]` at `start` of `source`, which is not in the page memory. */
  append(source: Float32Array, start: number): void;
  /**
   * Address of the first `count` tokens of a page and head as floats `[count, headDim]`: the store's own memory, or
   * `scratch` after the codes were decoded into it. Read only.
   */
  page(page: number, head: number, count: number, scratch: number): number;
  /** Address of a head's float window, `[tokens - settled, headDim]`. */
  recent(head: number): number;
  /** Bytes allocated. */
  readonly heldBytes: number;
  /** Gives the memory back; the store is empty and must not be used again. */
  dispose(): void;
}

/** Calls `visit` for each run of a head's tokens that lies contiguously in memory, in order. */
export function forEachRun(
  store: KvStore,
  head: number,
  scratch: number,
  visit: (address: number, count: number, firstToken: number) => void,
): void {
  for (let page = 0, first = 0; first < store.settled; page++, first += pageTokens) {
    const count = Math.min(pageTokens, store.settled - first);
    visit(store.page(page, head, count, scratch), count, first);
  }
  if (store.tokens > store.settled)
    visit(store.recent(head), store.tokens - store.settled, store.settled);
}

/** All tokens of a head as they stand now, copied into `out`, `[tokens, headDim]`. */
export function readStore(store: KvStore, head: number, headDim: number, out: Float32Array): void {
  const memory = pageMemory();
  const size = pageTokens * headDim * 4;
  const scratch = memory.allocate(size);
  forEachRun(store, head, scratch, (address, count, first) => {
    out.set(memory.floats.subarray(address / 4, address / 4 + count * headDim), first * headDim);
  });
  memory.release(scratch, size);
}
