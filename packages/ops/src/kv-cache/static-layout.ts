import { encodeOnGrids } from '@thinkbits/numerics';
import type { KvPartScheme, StaticKvGrid } from '@thinkbits/spec';
import { pageTokens } from './kv-store.js';
import { codeBytes, codeKind, levelBytes, type PackedLayout } from './packed-layout.js';
import { type CodeKind, pageMemory } from './page-memory.js';
import { writePackedToken } from './write-packed-token.js';

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
  /** Addresses of `[kvHeads, headDim]` each. */
  private readonly scales: number;
  private readonly zeros: number;
  private readonly offsets: number;
  private readonly levels = pageMemory().allocate(levelBytes);
  private readonly codes: Uint8Array;

  constructor(headDim: number, scheme: KvPartScheme, grid: StaticKvGrid) {
    this.headDim = headDim;
    this.scheme = scheme;
    this.kind = codeKind(scheme);
    this.grid = grid;
    const memory = pageMemory();
    this.scales = memory.store(grid.scales);
    this.zeros = memory.store(grid.zeros);
    this.offsets = memory.store(grid.offset ?? new Float32Array(grid.scales.length));
    this.bytesPerToken = codeBytes(headDim, scheme.bits);
    this.headBytes = pageTokens * this.bytesPerToken;
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
    const at = head * this.headDim * 4;
    pageMemory().kernels.decodeChannels(
      page,
      this.bytesPerToken,
      this.scales + at,
      this.zeros + at,
      this.offsets + at,
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
    for (const address of [this.scales, this.zeros, this.offsets])
      memory.release(address, this.gridBytes);
    memory.release(this.levels, levelBytes);
  }

  private get gridBytes(): number {
    return 4 * this.grid.scales.length;
  }
}
