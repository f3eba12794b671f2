import { encodeOnGrids } from '@thinkbits/numerics';
import type { KvPartScheme, StaticKvGrid } from '@thinkbits/spec';
import { gridAxes, type PageFormat, pageTokens } from './kv-store.js';
import { codeBytes, codeKind, levelBytes, type PackedLayout } from './packed-layout.js';
import { type CodeKind, pageMemory } from './page-memory.js';
import { writePackedToken } from './write-packed-token.js';

/** Bytes behind the codes of a head, which kernels read a word at a time. */
const slack = 4;

/** A grid per channel that calibration found, one for all tokens: pages are codes alone, `[pageTokens, bytes]`. */
export class StaticLayout implements PackedLayout {
  readonly pageTokens = pageTokens;
  readonly unit = 1;
  readonly headBytes: number;
  readonly bytesPerToken: number;
  private readonly headDim: number;
  private readonly scheme: KvPartScheme;
  private readonly kind: CodeKind;
  private readonly grid: StaticKvGrid;
  /** Address of scales, zeros and offsets, `[3, kvHeads, headDim]`. */
  private readonly grids: number;
  readonly format: PageFormat;
  private readonly levels = pageMemory().allocate(levelBytes);
  private readonly codes: Uint8Array;

  constructor(headDim: number, scheme: KvPartScheme, grid: StaticKvGrid) {
    this.headDim = headDim;
    this.scheme = scheme;
    this.kind = codeKind(scheme);
    this.grid = grid;
    const { scales, zeros, offset = new Float32Array(scales.length) } = grid;
    const all = new Float32Array(3 * scales.length);
    for (const [at, of] of [scales, zeros, offset].entries()) all.set(of, at * scales.length);
    this.grids = pageMemory().store(all);
    this.bytesPerToken = codeBytes(headDim, scheme.bits);
    this.headBytes = pageTokens * this.bytesPerToken + slack;
    const { kind, headBytes, bytesPerToken, grids } = this;
    this.format = {
      bits: scheme.bits,
      group: headDim,
      kind,
      rowBytes: bytesPerToken,
      headBytes,
      axis: gridAxes.fixed,
      parameters: pageTokens * bytesPerToken,
      grids,
    };
    this.codes = new Uint8Array(headDim);
  }

  get heldBytes(): number {
    return 3 * this.gridBytes + levelBytes;
  }

  encode(source: Float32Array, start: number, head: number, page: number, at: number): void {
    const { headDim, grid, scheme, codes } = this;
    encodeOnGrids(source, start, headDim, grid, head * headDim, scheme, codes, 0);
    writePackedToken(codes, scheme.bits, pageMemory().bytes, page + at * this.bytesPerToken);
  }

  decode(head: number, page: number, count: number, output: number): void {
    const scales = this.grids + head * this.headDim * 4;
    const { gridBytes } = this;
    pageMemory().kernels.decodeChannels(
      page,
      this.bytesPerToken,
      scales,
      scales + gridBytes,
      scales + 2 * gridBytes,
      this.scheme.bits,
      this.kind,
      this.headDim,
      count,
      this.levels,
      output,
    );
  }

  dispose(): void {
    const memory = pageMemory();
    memory.release(this.grids, 3 * this.gridBytes);
    memory.release(this.levels, levelBytes);
  }

  private get gridBytes(): number {
    return 4 * this.grid.scales.length;
  }
}
