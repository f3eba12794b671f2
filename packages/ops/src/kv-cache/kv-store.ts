import type { Grid } from '@thinkbits/numerics';
import type { KeyRotation } from './key-rotation.js';
import { type CodeKind, pageMemory } from './page-memory.js';

/** Tokens per page where a layout does not say otherwise: pages are allocated one by one, so a short row holds little. */
export const pageTokens = 64;

/** What shares a grid: channels of a token, a channel's tokens within a page, or all tokens of a channel. */
export const gridAxes = { token: 0, page: 1, fixed: 2 } as const;

/** How the tokens of one head lie in its part of a page. */
export interface PageFormat {
  /** Bits of a code; 32 where tokens are floats, and nothing else is said then. */
  readonly bits: number;
  /** Channels that share a grid. */
  readonly group: number;
  readonly kind: CodeKind;
  /** Bytes of a token's codes, a little-endian bit stream. */
  readonly rowBytes: number;
  /** Bytes from one head's part of a page to the next's. */
  readonly headBytes: number;
  /** Absent: `token`. */
  readonly axis?: (typeof gridAxes)[keyof typeof gridAxes];
  /**
   * Where grids begin behind the codes of a head: `[pageTokens, groups, 2]` floats, scale and zero, or minimum; of codes that
   * are floats `[pageTokens, groups]` scales, a byte each where they are powers of two, else float32; of channels over a page
   * `[2, headDim]` floats, scales, then zeros or minima.
   */
  readonly parameters: number;
  /** Address of the grids that all tokens share: scales, zeros and offsets, `[3, kvHeads, headDim]` floats. */
  readonly grids?: number;
  /** The grid that each group of a token gets from its own values; absent where tokens are floats. */
  readonly grid?: Grid;
}

/** When tokens leave the window of recent ones that stay in float32. */
export interface SettlingRule {
  /** Recent tokens that always wait in the window. */
  readonly keep: number;
  /** Tokens that leave at once, as soon as so many lie before those that are kept; with none kept, 1: no token ever waits. */
  readonly block: number;
}

/** Where a store keeps tokens, in a form that a kernel knows. */
export interface DirectPages {
  /** Addresses of pages, in order. */
  readonly pages: readonly number[];
  readonly format: PageFormat;
  readonly rule: SettlingRule;
  /** Floats from a head of the window to the next; absent where no token ever waits. */
  readonly windowRow?: number;
  /** Tokens that {@link reserve} takes at once. */
  readonly room: number;
  /**
   * Counts `count` more tokens, which the caller writes before anything reads them, and has pages ready for those that leave the window for
   * theirs.
   * @returns the address, of the first head, of the first token that waited before; undefined where no token ever waits
   */
  reserve(count: number): number | undefined;
}

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
  /** Tokens per page. */
  readonly pageTokens: number;
  /** `settled` of a store that holds so many tokens: it depends on nothing else. */
  settledAfter(tokens: number): number;
  /** Appends one token, `[kvHeads · headDim]` at `start` of `source`, which is not in the page memory. */
  append(source: Float32Array, start: number): void;
  /**
   * Address of the first `count` tokens of a page and head as floats `[count, headDim]`: the store's own memory, or
   * `scratch` after the codes were decoded into it. Read only.
   */
  page(page: number, head: number, count: number, scratch: number): number;
  /** Address of a head's float window, `[tokens - settled, headDim]`. */
  recent(head: number): number;
  /** How a kernel reads and writes tokens by itself. */
  readonly direct: DirectPages;
  /** Bytes allocated. */
  readonly heldBytes: number;
  /** Gives the memory back; the store is empty and must not be used again. */
  dispose(): void;
}

/** Tokens of the longest run of {@link forEachRun}, for which its scratch has to have room. */
export function longestRun(store: KvStore): number {
  return Math.max(store.pageTokens, store.tokens - store.settled);
}

/**
 * Calls `visit` for each run of a head's tokens that lies contiguously in memory, in order.
 * @param scratch room for {@link longestRun} tokens
 * @param rotation for keys that are stored before the rotary embedding: what is visited is rotated
 */
export function forEachRun(
  store: KvStore,
  head: number,
  scratch: number,
  visit: (address: number, count: number, firstToken: number) => void,
  rotation?: KeyRotation,
): void {
  const { pageTokens } = store;
  const show = (address: number, count: number, first: number): void =>
    visit(rotation ? rotation.apply(address, count, first, scratch) : address, count, first);
  for (let page = 0, first = 0; first < store.settled; page++, first += pageTokens) {
    const count = Math.min(pageTokens, store.settled - first);
    show(store.page(page, head, count, scratch), count, first);
  }
  if (store.tokens > store.settled)
    show(store.recent(head), store.tokens - store.settled, store.settled);
}

/** All tokens of a head as attention sees them now, copied into `out`, `[tokens, headDim]`. */
export function readStore(
  store: KvStore,
  head: number,
  headDim: number,
  out: Float32Array,
  rotation?: KeyRotation,
): void {
  const memory = pageMemory();
  const size = longestRun(store) * headDim * 4;
  const scratch = memory.allocate(size);
  forEachRun(
    store,
    head,
    scratch,
    (address, count, first) => {
      out.set(memory.floats.subarray(address / 4, address / 4 + count * headDim), first * headDim);
    },
    rotation,
  );
  memory.release(scratch, size);
}
