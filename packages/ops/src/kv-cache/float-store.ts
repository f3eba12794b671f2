import { type KvStore, pageTokens } from './kv-store.js';

const nothing = new Float32Array(0);

/** Keys or values in float32. */
export class FloatStore implements KvStore {
  tokens = 0;
  private readonly pages: Float32Array[][] = [];
  private readonly kvHeads: number;
  private readonly headDim: number;

  constructor(kvHeads: number, headDim: number) {
    this.kvHeads = kvHeads;
    this.headDim = headDim;
  }

  get settled(): number {
    return this.tokens;
  }

  get heldBytes(): number {
    return this.pages.length * this.kvHeads * pageTokens * this.headDim * 4;
  }

  append(source: Float32Array, start: number): void {
    const { kvHeads, headDim } = this;
    const at = this.tokens % pageTokens;
    if (at === 0) {
      this.pages.push(
        Array.from({ length: kvHeads }, () => new Float32Array(pageTokens * headDim)),
      );
    }
    const page = this.pages.at(-1) as Float32Array[];
    for (let head = 0; head < kvHeads; head++) {
      const target = page[head] as Float32Array;
      const from = start + head * headDim;
      for (let i = 0; i < headDim; i++) target[at * headDim + i] = source[from + i] as number;
    }
    this.tokens++;
  }

  page(page: number, head: number): Float32Array {
    return (this.pages[page] as Float32Array[])[head] as Float32Array;
  }

  recent(): { values: Float32Array; start: number } {
    return { values: nothing, start: 0 };
  }
}
