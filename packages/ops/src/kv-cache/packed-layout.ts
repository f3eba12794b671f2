import type { KvPartScheme } from '@thinkbits/spec';
import type { PageFormat } from './kv-store.js';
import { type CodeKind, codeKinds } from './page-memory.js';

/** How a half of the cache lies in pages of packed codes, and how it gets there and back; shared by the rows of a layer. */
export interface PackedLayout {
  /** Tokens per page. */
  readonly pageTokens: number;
  /** Tokens that are encoded together; divides the page. */
  readonly unit: number;
  /** Bytes of one head's part of a page, a multiple of 4. */
  readonly headBytes: number;
  /** Bytes a token and head take, with their share of scales. */
  readonly bytesPerToken: number;
  /** Where a kernel finds codes and grids. */
  readonly format: PageFormat;
  /** Bytes held besides pages. */
  readonly heldBytes: number;
  /**
   * Encodes a unit of one head, `[unit, headDim]` at `start` of `source`; must not allocate.
   * @param page address of the head's part of the page
   * @param at the unit's first token within the page
   */
  encode(source: Float32Array, start: number, head: number, page: number, at: number): void;
  /** Decodes the first `count` tokens of a page into `output`, `[count, headDim]`. */
  decode(head: number, page: number, count: number, output: number): void;
  dispose(): void;
}

/** Bytes of a table of levels, the scratch of decoding loops. */
export const levelBytes = 1024;

/** Bytes of a token's packed codes. */
export function codeBytes(headDim: number, bits: number): number {
  return Math.ceil((headDim * bits) / 8);
}

/** How a scheme's codes are meant. */
export function codeKind({ symmetric, range }: KvPartScheme): CodeKind {
  if (symmetric) return codeKinds.signed;
  return range === 'float-minimum' ? codeKinds.minimum : codeKinds.unsigned;
}
