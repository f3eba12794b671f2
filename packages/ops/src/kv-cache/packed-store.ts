import { encodeGroup } from '@thinkbits/numerics';
import type { KvPartScheme } from '@thinkbits/spec';
import { type KvStore, pageTokens } from './kv-store.js';
import { readPackedToken, writePackedToken } from './packed-tokens.js';

/** One page of one head: packed codes, and a scale and a zero per token and group. */
interface PackedPage {
  readonly codes: Uint8Array;
  readonly parameters: Float32Array;
}

/**
 * Keys or values as packed integer codes per token and group of channels, after an optional window of recent tokens in
 * float32. A token is encoded once, when it leaves the window, and never again.
 */
export class PackedStore implements KvStore {
  tokens = 0;
  settled = 0;
  private readonly pages: PackedPage[][] = [];
  /** Per head `[2 · window, headDim]`; moved to the front when full. */
  private readonly window: Float32Array[];
  private windowStart = 0;
  private readonly kvHeads: number;
  private readonly headDim: number;
  private readonly scheme: KvPartScheme;
  private readonly group: number;
  private readonly groups: number;
  private readonly bytesPerToken: number;
  private readonly windowTokens: number;
  private readonly scratch: Uint8Array;
  private readonly token: Float32Array;

  constructor(kvHeads: number, headDim: number, scheme: KvPartScheme, windowTokens: number) {
    this.kvHeads = kvHeads;
    this.headDim = headDim;
    this.scheme = scheme;
    this.group = scheme.group === 'head' ? headDim : scheme.group;
    this.groups = headDim / this.group;
    this.bytesPerToken = Math.ceil((headDim * scheme.bits) / 8);
    this.windowTokens = windowTokens;
    this.window = Array.from(
      { length: kvHeads },
      () => new Float32Array(2 * windowTokens * headDim),
    );
    this.scratch = new Uint8Array(headDim);
    this.token = new Float32Array(headDim);
  }

  get heldBytes(): number {
    const page = pageTokens * (this.bytesPerToken + 8 * this.groups);
    return this.kvHeads * (this.pages.length * page + 2 * this.windowTokens * this.headDim * 4);
  }

  append(source: Float32Array, start: number): void {
    this.tokens++;
    if (this.windowTokens === 0) {
      this.encode(source, start, this.headDim);
      return;
    }
    if (this.tokens - this.settled > this.windowTokens) {
      const oldest = this.windowStart;
      this.encodeFromWindow(oldest);
      this.windowStart += this.headDim;
    }
    this.remember(source, start);
  }

  page(page: number, head: number, scratch: Float32Array): Float32Array {
    const { codes, parameters } = (this.pages[page] as PackedPage[])[head] as PackedPage;
    const count = Math.min(pageTokens, this.settled - page * pageTokens);
    const { bits, symmetric } = this.scheme;
    for (let t = 0; t < count; t++) {
      readPackedToken(
        codes,
        t * this.bytesPerToken,
        bits,
        symmetric,
        this.headDim,
        this.group,
        parameters,
        t * this.groups * 2,
        scratch,
        t * this.headDim,
      );
    }
    return scratch;
  }

  recent(head: number): { values: Float32Array; start: number } {
    return { values: this.window[head] as Float32Array, start: this.windowStart };
  }

  private remember(source: Float32Array, start: number): void {
    const { headDim } = this;
    const held = this.tokens - this.settled - 1;
    if (this.windowStart + (held + 1) * headDim > 2 * this.windowTokens * headDim) {
      for (const values of this.window) {
        values.copyWithin(0, this.windowStart, this.windowStart + held * headDim);
      }
      this.windowStart = 0;
    }
    const at = this.windowStart + held * headDim;
    for (let head = 0; head < this.kvHeads; head++) {
      const values = this.window[head] as Float32Array;
      for (let i = 0; i < headDim; i++)
        values[at + i] = source[start + head * headDim + i] as number;
    }
  }

  private encodeFromWindow(at: number): void {
    const page = this.openPage();
    for (let head = 0; head < this.kvHeads; head++)
      this.encodeHead(page, head, this.window[head] as Float32Array, at);
    this.settled++;
  }

  private encode(source: Float32Array, start: number, stride: number): void {
    const page = this.openPage();
    for (let head = 0; head < this.kvHeads; head++)
      this.encodeHead(page, head, source, start + head * stride);
    this.settled++;
  }

  private openPage(): PackedPage[] {
    if (this.settled % pageTokens === 0) {
      this.pages.push(
        Array.from({ length: this.kvHeads }, () => ({
          codes: new Uint8Array(pageTokens * this.bytesPerToken),
          parameters: new Float32Array(pageTokens * this.groups * 2),
        })),
      );
    }
    return this.pages.at(-1) as PackedPage[];
  }

  private encodeHead(page: PackedPage[], head: number, source: Float32Array, start: number): void {
    const { codes, parameters } = page[head] as PackedPage;
    const { scheme, group, headDim } = this;
    const at = this.settled % pageTokens;
    // A copy, because the encoder reads a contiguous group and the source may be a view of another heap.
    for (let i = 0; i < headDim; i++) this.token[i] = source[start + i] as number;
    for (let g = 0; g < this.groups; g++) {
      encodeGroup(
        this.token,
        g * group,
        group,
        scheme,
        this.scratch,
        g * group,
        parameters,
        (at * this.groups + g) * 2,
      );
    }
    writePackedToken(this.scratch, scheme.bits, codes, at * this.bytesPerToken, headDim);
  }
}
