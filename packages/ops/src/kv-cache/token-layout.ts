import { encodeGroup } from '@thinkbits/numerics';
import type { KvPartScheme } from '@thinkbits/spec';
import { type PageFormat, pageTokens } from './kv-store.js';
import { codeBytes, codeKind, levelBytes, type PackedLayout } from './packed-layout.js';
import { type CodeKind, pageMemory } from './page-memory.js';
import { writePackedToken } from './write-packed-token.js';

/** A grid per token and group of channels: codes `[pageTokens, bytes]`, then scale and zero `[pageTokens, groups, 2]`. */
export class TokenLayout implements PackedLayout {
  readonly pageTokens = pageTokens;
  readonly unit = 1;
  readonly headBytes: number;
  readonly bytesPerToken: number;
  readonly heldBytes = levelBytes;
  private readonly headDim: number;
  private readonly scheme: KvPartScheme;
  private readonly kind: CodeKind;
  private readonly group: number;
  private readonly groups: number;
  private readonly rowBytes: number;
  private readonly parameters: number;
  readonly format: PageFormat;
  private readonly levels = pageMemory().allocate(levelBytes);
  private readonly codes: Uint8Array;

  constructor(headDim: number, scheme: KvPartScheme) {
    this.headDim = headDim;
    this.scheme = scheme;
    this.kind = codeKind(scheme);
    this.group = scheme.group === 'head' ? headDim : scheme.group;
    this.groups = headDim / this.group;
    this.rowBytes = codeBytes(headDim, scheme.bits);
    this.bytesPerToken = this.rowBytes + 8 * this.groups;
    this.headBytes = pageTokens * this.bytesPerToken;
    this.parameters = pageTokens * this.rowBytes; // a multiple of 64, so that floats behind it are aligned
    this.codes = new Uint8Array(headDim);
    const { group, kind, rowBytes, headBytes, parameters } = this;
    const { bits } = scheme;
    this.format = { bits, group, kind, rowBytes, headBytes, parameters, grid: scheme };
  }

  encode(source: Float32Array, start: number, _head: number, page: number, at: number): void {
    const { scheme, group, groups, codes } = this;
    const { floats, bytes } = pageMemory();
    for (let g = 0; g < groups; g++) {
      const parameters = (page + this.parameters) / 4 + (at * groups + g) * 2;
      const first = g * group;
      encodeGroup(source, start + first, group, scheme, codes, first, floats, parameters);
    }
    writePackedToken(codes, scheme.bits, bytes, page + at * this.rowBytes);
  }

  decode(_head: number, page: number, count: number, output: number): void {
    pageMemory().kernels.decodeTokens(
      page,
      this.rowBytes,
      page + this.parameters,
      this.scheme.bits,
      this.kind,
      this.headDim,
      this.group,
      count,
      this.levels,
      output,
    );
  }

  dispose(): void {
    pageMemory().release(this.levels, levelBytes);
  }
}
