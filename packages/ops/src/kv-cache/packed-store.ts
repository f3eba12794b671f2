import { encodeGroup } from '@thinkbits/numerics';
import type { KvPartScheme } from '@thinkbits/spec';
import { type KvStore, pageTokens } from './kv-store.js';
import { pageMemory } from './page-memory.js';
import { writePackedToken } from './write-packed-token.js';

/**
 * Keys or values as packed integer codes per token and group of channels, after an optional window of recent tokens in
 * float32. A token is encoded once, when it leaves the window, and never again.
 */
export class PackedStore implements KvStore {
  tokens = 0;
  settled = 0;
  /** Addresses of, per head, codes `[pageTokens, bytesPerToken]` and then scale and zero `[pageTokens, groups, 2]`. */
  private readonly pages: number[] = [];
  /** Address of `[kvHeads, 2 · window, headDim]`; a head moves to its front when it reaches the end. */
  private readonly window: number;
  private windowStart = 0;
  private readonly kvHeads: number;
  private readonly headDim: number;
  private readonly scheme: KvPartScheme;
  private readonly group: number;
  private readonly groups: number;
  private readonly bytesPerToken: number;
  private readonly codeBytes: number;
  private readonly headBytes: number;
  private readonly windowTokens: number;
  private readonly levels: number;
  private readonly codes: Uint8Array;
  private readonly token: Float32Array;

  constructor(kvHeads: number, headDim: number, scheme: KvPartScheme, windowTokens: number) {
    this.kvHeads = kvHeads;
    this.headDim = headDim;
    this.scheme = scheme;
    this.group = scheme.group === 'head' ? headDim : scheme.group;
    this.groups = headDim / this.group;
    this.bytesPerToken = Math.ceil((headDim * scheme.bits) / 8);
    this.codeBytes = pageTokens * this.bytesPerToken; // a multiple of 64, so that floats behind it are aligned
    this.headBytes = this.codeBytes + pageTokens * this.groups * 8;
    this.windowTokens = windowTokens;
    this.window = pageMemory().allocate(this.windowBytes);
    this.levels = pageMemory().allocate(1024);
    this.codes = new Uint8Array(headDim);
    this.token = new Float32Array(headDim);
  }

  get heldBytes(): number {
    return this.pages.length * this.kvHeads * this.headBytes + this.windowBytes;
  }

  append(source: Float32Array, start: number): void {
    const { headDim, windowTokens } = this;
    if (windowTokens === 0) this.encode(source, start, headDim);
    else {
      if (this.tokens - this.settled === windowTokens) {
        this.encode(
          pageMemory().floats,
          this.window / 4 + this.windowStart,
          2 * windowTokens * headDim,
        );
        this.windowStart += headDim;
      }
      this.remember(source, start);
    }
    this.tokens++;
  }

  page(page: number, head: number, count: number, scratch: number): number {
    const address = (this.pages[page] as number) + head * this.headBytes;
    const { bits, symmetric } = this.scheme;
    const { bytesPerToken, codeBytes, headDim, group, levels } = this;
    pageMemory().kernels.decodeTokens(
      address,
      bytesPerToken,
      address + codeBytes,
      bits,
      symmetric ? 1 : 0,
      headDim,
      group,
      count,
      levels,
      scratch,
    );
    return scratch;
  }

  recent(head: number): number {
    return this.window + (head * 2 * this.windowTokens * this.headDim + this.windowStart) * 4;
  }

  dispose(): void {
    const memory = pageMemory();
    for (const page of this.pages.splice(0)) memory.release(page, this.kvHeads * this.headBytes);
    memory.release(this.window, this.windowBytes);
    memory.release(this.levels, 1024);
    this.tokens = 0;
    this.settled = 0;
  }

  private get windowBytes(): number {
    return this.kvHeads * 2 * this.windowTokens * this.headDim * 4;
  }

  /** Puts a token behind those that the window holds. */
  private remember(source: Float32Array, start: number): void {
    const { headDim, windowTokens } = this;
    const held = (this.tokens - this.settled) * headDim;
    const size = 2 * windowTokens * headDim;
    const { floats } = pageMemory();
    const base = this.window / 4;
    if (this.windowStart + held + headDim > size) {
      for (let head = 0; head < this.kvHeads; head++) {
        const from = base + head * size;
        floats.copyWithin(from, from + this.windowStart, from + this.windowStart + held);
      }
      this.windowStart = 0;
    }
    for (let head = 0; head < this.kvHeads; head++) {
      const to = base + head * size + this.windowStart + held;
      for (let i = 0; i < headDim; i++)
        floats[to + i] = source[start + head * headDim + i] as number;
    }
  }

  /** Encodes the next token of every head; heads lie `stride` elements apart. */
  private encode(source: Float32Array, start: number, stride: number): void {
    const { scheme, group, groups, headDim } = this;
    const memory = pageMemory();
    // Copied before anything is allocated: the source may be a view of the page memory.
    const at = this.settled % pageTokens;
    const tokens = source.slice(start, start + (this.kvHeads - 1) * stride + headDim);
    if (at === 0) this.pages.push(memory.allocate(this.kvHeads * this.headBytes));
    const page = this.pages.at(-1) as number;
    for (let head = 0; head < this.kvHeads; head++) {
      const address = page + head * this.headBytes;
      for (let i = 0; i < headDim; i++) this.token[i] = tokens[head * stride + i] as number;
      for (let g = 0; g < groups; g++) {
        const parameters = (address + this.codeBytes) / 4 + (at * groups + g) * 2;
        encodeGroup(
          this.token,
          g * group,
          group,
          scheme,
          this.codes,
          g * group,
          memory.floats,
          parameters,
        );
      }
      writePackedToken(this.codes, scheme.bits, memory.bytes, address + at * this.bytesPerToken);
    }
    this.settled++;
  }
}
