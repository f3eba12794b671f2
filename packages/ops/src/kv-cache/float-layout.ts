import { encodeGroup, floatElements, scaleCode } from '@thinkbits/numerics';
import type { FloatFormat, KvPartScheme } from '@thinkbits/spec';
import { type PageFormat, pageTokens } from './kv-store.js';
import { codeBytes, type PackedLayout } from './packed-layout.js';
import { codeKinds, pageMemory } from './page-memory.js';
import { writePackedToken } from './write-packed-token.js';

/**
 * Floats of few bits under a scale per token and group of channels (methods.md §1.12): codes `[pageTokens, bytes]`, then scales
 * `[pageTokens, groups]`, a byte each where they are powers of two, else float32.
 */
export class FloatLayout implements PackedLayout {
  readonly pageTokens = pageTokens;
  readonly unit = 1;
  readonly headBytes: number;
  readonly bytesPerToken: number;
  readonly format: PageFormat;
  private readonly headDim: number;
  private readonly scheme: KvPartScheme & { readonly float: FloatFormat };
  private readonly group: number;
  private readonly groups: number;
  private readonly rowBytes: number;
  private readonly scaleBytes: 1 | 4;
  private readonly scales: number;
  /** Address of the values of all codes. */
  private readonly elements: number;
  private readonly codes: Uint8Array;
  private readonly parameters = new Float32Array(2);

  constructor(headDim: number, scheme: KvPartScheme & { readonly float: FloatFormat }) {
    this.headDim = headDim;
    this.scheme = scheme;
    this.group = scheme.group === 'head' ? headDim : scheme.group;
    this.groups = headDim / this.group;
    this.rowBytes = codeBytes(headDim, scheme.bits);
    this.scaleBytes = scheme.float.scale === 'e8m0' ? 1 : 4;
    this.bytesPerToken = this.rowBytes + this.scaleBytes * this.groups;
    this.headBytes = pageTokens * this.bytesPerToken;
    this.scales = pageTokens * this.rowBytes; // a multiple of 64, so that floats behind it are aligned
    const { group, rowBytes, headBytes, scales } = this;
    const { bits } = scheme;
    const kind = codeKinds.float;
    this.format = { bits, group, kind, rowBytes, headBytes, parameters: scales, grid: scheme };
    this.elements = pageMemory().store(floatElements[scheme.float.element].values);
    this.codes = new Uint8Array(headDim);
  }

  get heldBytes(): number {
    return 4 * 2 ** this.scheme.bits;
  }

  encode(source: Float32Array, start: number, _head: number, page: number, at: number): void {
    const { scheme, group, groups, codes, parameters, scaleBytes } = this;
    const { floats, bytes } = pageMemory();
    for (let g = 0; g < groups; g++) {
      const first = g * group;
      encodeGroup(source, start + first, group, scheme, codes, first, parameters, 0);
      const scale = parameters[0] as number;
      const to = page + this.scales + (at * groups + g) * scaleBytes;
      if (scaleBytes === 4) floats[to / 4] = scale;
      else bytes[to] = scaleCode('e8m0', scale, 1);
    }
    writePackedToken(codes, scheme.bits, bytes, page + at * this.rowBytes);
  }

  decode(_head: number, page: number, count: number, output: number): void {
    pageMemory().kernels.decodeFloats(
      page,
      this.rowBytes,
      page + this.scales,
      this.scaleBytes,
      this.scheme.bits,
      this.headDim,
      this.group,
      count,
      this.elements,
      output,
    );
  }

  dispose(): void {
    pageMemory().release(this.elements, this.heldBytes);
  }
}
