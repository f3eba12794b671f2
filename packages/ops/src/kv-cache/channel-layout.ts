import { encodeChannelGroup } from '@thinkbits/numerics';
import type { KvPartScheme } from '@thinkbits/spec';
import { gridAxes, type PageFormat } from './kv-store.js';
import { codeBytes, codeKind, levelBytes, type PackedLayout } from './packed-layout.js';
import { type CodeKind, codeKinds, pageMemory } from './page-memory.js';
import { writePackedToken } from './write-packed-token.js';

/**
 * A grid per channel and group of consecutive tokens (KIVI, arXiv 2402.02750): a page is a group, its codes
 * `[group, bytes]` and then scales and zeros, or minima, `[2, headDim]`.
 */
export class ChannelLayout implements PackedLayout {
  readonly pageTokens: number;
  readonly unit: number;
  readonly headBytes: number;
  readonly bytesPerToken: number;
  readonly format: PageFormat;
  private readonly headDim: number;
  private readonly scheme: KvPartScheme;
  private readonly kind: CodeKind;
  private readonly rowBytes: number;
  private readonly parameters: number;
  private readonly levels = pageMemory().allocate(levelBytes);
  /** Address of `[headDim]` zeros, for the zero points or the minima that this range rule does not have. */
  private readonly nothing: number;
  private readonly codes: Uint8Array;

  constructor(headDim: number, scheme: KvPartScheme, group: number) {
    this.headDim = headDim;
    this.scheme = scheme;
    this.kind = codeKind(scheme);
    this.pageTokens = group;
    this.unit = group;
    this.rowBytes = codeBytes(headDim, scheme.bits);
    this.bytesPerToken = this.rowBytes + (8 * headDim) / group;
    this.parameters = (group * this.rowBytes + 3) & ~3;
    this.headBytes = this.parameters + 8 * headDim;
    this.nothing = pageMemory().store(new Float32Array(headDim));
    this.codes = new Uint8Array(group * headDim);
    const { kind, rowBytes, headBytes, parameters } = this;
    this.format = {
      bits: scheme.bits,
      group: headDim,
      kind,
      rowBytes,
      headBytes,
      axis: gridAxes.page,
      parameters,
      grid: scheme,
    };
  }

  get heldBytes(): number {
    return levelBytes + 4 * this.headDim;
  }

  encode(source: Float32Array, start: number, _head: number, page: number): void {
    const { headDim, scheme, codes } = this;
    const { floats, bytes } = pageMemory();
    const grids = encodeChannelGroup(source, start, this.unit, headDim, scheme, codes);
    for (let t = 0; t < this.unit; t++) {
      const token = codes.subarray(t * headDim, (t + 1) * headDim);
      writePackedToken(token, scheme.bits, bytes, page + t * this.rowBytes);
    }
    const at = (page + this.parameters) / 4;
    floats.set(grids.scales, at);
    floats.set(grids.offset ?? grids.zeros, at + headDim);
  }

  decode(_head: number, page: number, count: number, output: number): void {
    const scales = page + this.parameters;
    const second = scales + 4 * this.headDim;
    const above = this.kind === codeKinds.minimum;
    pageMemory().kernels.decodeChannels(
      page,
      this.rowBytes,
      scales,
      above ? this.nothing : second,
      above ? second : this.nothing,
      this.scheme.bits,
      this.kind,
      this.headDim,
      count,
      this.levels,
      output,
    );
  }

  dispose(): void {
    pageMemory().release(this.levels, levelBytes);
    pageMemory().release(this.nothing, 4 * this.headDim);
  }
}
