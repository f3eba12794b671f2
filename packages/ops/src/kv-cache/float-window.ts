import { pageMemory } from './page-memory.js';

/** The recent tokens of one row in float32, each head's `[held, headDim]` contiguous in {@link pageMemory}. */
export class FloatWindow {
  /** Tokens held. */
  held = 0;
  private start = 0;
  private readonly address: number;
  private readonly kvHeads: number;
  private readonly headDim: number;
  private readonly capacity: number;

  /** @param capacity tokens of room: more than are ever held, so that they move to the front only now and then */
  constructor(kvHeads: number, headDim: number, capacity: number) {
    this.kvHeads = kvHeads;
    this.headDim = headDim;
    this.capacity = capacity;
    this.address = pageMemory().allocate(this.heldBytes);
  }

  get heldBytes(): number {
    return this.kvHeads * this.capacity * this.headDim * 4;
  }

  /** Floats from one head's tokens to the next head's. */
  get stride(): number {
    return this.capacity * this.headDim;
  }

  /** Address of a head's oldest token. */
  oldest(head: number): number {
    return this.address + (head * this.stride + this.start * this.headDim) * 4;
  }

  /** Tokens that may come before others leave. */
  get room(): number {
    return this.capacity - this.held;
  }

  /** Counts tokens that are to be written behind those held, {@link room} at most. @returns where they go, of the first head */
  reserve(count: number): number {
    if (this.start + this.held + count > this.capacity) this.moveToFront();
    const behind = this.held;
    this.held += count;
    return this.oldest(0) + behind * this.headDim * 4;
  }

  /** Adds a token, `[kvHeads · headDim]` at `from` of `source`. */
  push(source: Float32Array, from: number): void {
    const { headDim, stride } = this;
    const base = this.reserve(1) / 4;
    const { floats } = pageMemory();
    for (let head = 0; head < this.kvHeads; head++) {
      const to = base + head * stride;
      for (let i = 0; i < headDim; i++)
        floats[to + i] = source[from + head * headDim + i] as number;
    }
  }

  /** Forgets the oldest tokens. */
  drop(count: number): void {
    this.held -= count;
    this.start = this.held === 0 ? 0 : this.start + count;
  }

  dispose(): void {
    pageMemory().release(this.address, this.heldBytes);
  }

  private moveToFront(): void {
    const { floats } = pageMemory();
    for (let head = 0; head < this.kvHeads; head++) {
      const from = this.oldest(head) / 4;
      const to = this.address / 4 + head * this.stride;
      floats.copyWithin(to, from, from + this.held * this.headDim);
    }
    this.start = 0;
  }
}
