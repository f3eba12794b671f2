import { FloatWindow } from './float-window.js';
import type { DirectPages, KvStore, SettlingRule } from './kv-store.js';
import type { PackedLayout } from './packed-layout.js';
import { pageMemory } from './page-memory.js';

/**
 * Keys or values as packed integer codes, after an optional window of recent tokens in float32. A token is encoded once, when
 * it leaves the window, and never again.
 */
export class PackedStore implements KvStore {
  tokens = 0;
  settled = 0;
  readonly direct: DirectPages;
  private readonly kvHeads: number;
  private readonly headDim: number;
  private readonly layout: PackedLayout;
  private readonly rule: SettlingRule;
  /** Addresses of `[kvHeads, headBytes]`. */
  private readonly pages: number[] = [];
  /** Absent where a token is encoded as it arrives. */
  private readonly window: FloatWindow | undefined;

  /** @param layout stays the caller's */
  constructor(kvHeads: number, headDim: number, layout: PackedLayout, rule: SettlingRule) {
    this.kvHeads = kvHeads;
    this.headDim = headDim;
    this.layout = layout;
    this.rule = rule;
    const { keep, block } = rule;
    if (keep + block > 1)
      this.window = new FloatWindow(kvHeads, headDim, keep === 0 ? block : 2 * keep + block);
    const { pages, window } = this;
    this.direct = {
      pages,
      format: layout.format,
      rule,
      ...(window && { windowRow: window.stride }),
      get room() {
        return window?.room ?? Number.POSITIVE_INFINITY;
      },
      reserve: (count) => this.reserve(count),
    };
  }

  get pageTokens(): number {
    return this.layout.pageTokens;
  }

  get heldBytes(): number {
    return this.pages.length * this.pageBytes + (this.window?.heldBytes ?? 0);
  }

  settledAfter(tokens: number): number {
    const { keep, block } = this.rule;
    return Math.max(0, Math.floor((tokens - keep) / block) * block);
  }

  append(source: Float32Array, start: number): void {
    const { window, headDim } = this;
    this.tokens++;
    if (!window) {
      this.encode(() => source, start, headDim);
      return;
    }
    window.push(source, start);
    const settled = this.settledAfter(this.tokens);
    while (this.settled < settled) {
      // Growing memory makes new views, so the window is looked at when the page is there.
      this.encode(() => pageMemory().floats, window.oldest(0) / 4, window.stride);
      window.drop(this.layout.unit);
    }
  }

  page(page: number, head: number, count: number, scratch: number): number {
    const address = (this.pages[page] as number) + head * this.layout.headBytes;
    this.layout.decode(head, address, count, scratch);
    return scratch;
  }

  recent(head: number): number {
    if (!this.window) throw new RangeError('this store keeps no window');
    return this.window.oldest(head);
  }

  dispose(): void {
    for (const page of this.pages.splice(0)) pageMemory().release(page, this.pageBytes);
    this.window?.dispose();
    this.tokens = 0;
    this.settled = 0;
  }

  private get pageBytes(): number {
    return this.kvHeads * this.layout.headBytes;
  }

  /** Encodes the next unit of every head; heads lie `stride` elements apart. */
  private encode(source: () => Float32Array, start: number, stride: number): void {
    const { layout } = this;
    const at = this.settled % layout.pageTokens;
    this.settle(layout.unit);
    const page = this.pages.at(-1) as number;
    const values = source();
    for (let head = 0; head < this.kvHeads; head++)
      layout.encode(values, start + head * stride, head, page + head * layout.headBytes, at);
  }

  private reserve(count: number): number | undefined {
    const { window, settled } = this;
    if (window && count > window.room) throw new RangeError('a window has no room for the tokens');
    this.tokens += count;
    const leaving = this.settledAfter(this.tokens) - settled;
    window?.reserve(count);
    const oldest = window?.oldest(0);
    this.settle(leaving);
    window?.drop(leaving);
    return oldest;
  }

  /** Counts tokens as settled that are written next, and has pages ready for them. */
  private settle(count: number): void {
    const settled = this.settled + count;
    while (this.pages.length * this.pageTokens < settled)
      this.pages.push(pageMemory().allocate(this.pageBytes));
    this.settled = settled;
  }
}
