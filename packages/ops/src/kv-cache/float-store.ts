import { type DirectPages, type KvStore, pageTokens } from './kv-store.js';
import { pageMemory } from './page-memory.js';

/** Keys or values in float32. */
export class FloatStore implements KvStore {
  tokens = 0;
  readonly pageTokens = pageTokens;
  readonly direct: DirectPages;
  /** Addresses of `[kvHeads, pageTokens, headDim]`. */
  private readonly pages: number[] = [];
  private readonly kvHeads: number;
  private readonly headDim: number;
  private readonly headBytes: number;

  constructor(kvHeads: number, headDim: number) {
    this.kvHeads = kvHeads;
    this.headDim = headDim;
    this.headBytes = pageTokens * headDim * 4;
    const { headBytes } = this;
    const format = {
      bits: 32,
      group: headDim,
      kind: 0,
      rowBytes: 0,
      headBytes,
      parameters: 0,
    } as const;
    this.direct = {
      pages: this.pages,
      format,
      rule: { keep: 0, block: 1 },
      room: Number.POSITIVE_INFINITY,
      reserve: (count) => this.reserve(count),
    };
  }

  get settled(): number {
    return this.tokens;
  }

  get heldBytes(): number {
    return this.pages.length * this.kvHeads * this.headBytes;
  }

  settledAfter(tokens: number): number {
    return tokens;
  }

  append(source: Float32Array, start: number): void {
    const { kvHeads, headDim } = this;
    const at = this.tokens % pageTokens;
    this.reserve(1);
    const page = (this.pages.at(-1) as number) / 4 + at * headDim;
    const { floats } = pageMemory();
    for (let head = 0; head < kvHeads; head++) {
      const to = page + head * pageTokens * headDim;
      const from = start + head * headDim;
      for (let i = 0; i < headDim; i++) floats[to + i] = source[from + i] as number;
    }
  }

  page(page: number, head: number): number {
    return (this.pages[page] as number) + head * this.headBytes;
  }

  recent(): number {
    throw new RangeError('a float store keeps no window');
  }

  dispose(): void {
    for (const page of this.pages.splice(0))
      pageMemory().release(page, this.kvHeads * this.headBytes);
    this.tokens = 0;
  }

  private reserve(count: number): undefined {
    const tokens = this.tokens + count;
    while (this.pages.length * pageTokens < tokens)
      this.pages.push(pageMemory().allocate(this.kvHeads * this.headBytes));
    this.tokens = tokens;
  }
}
