import { packedWords } from '@thinkbits/numerics';
import type { QuantizedWeight } from '@thinkbits/spec';

/** Codes of some rows, several to a byte, laid out so that whole planes are unpacked at once. */
export interface Planes {
  /** `[rows, width]`: byte b of a row holds its columns b, b + width, b + 2 · width, …, low bits first. */
  readonly bytes: Uint8Array;
  /** Bytes of a row; rows are padded to whole 32-bit words, as they are on disk. */
  readonly width: number;
  /** Bits of a slot, 2, 4 or 8: codes of 3 bits take 4. */
  readonly slot: number;
}

/** Bits that a code takes in a byte. */
export const slotOf = (bits: number): number => (bits <= 2 ? 2 : bits <= 4 ? 4 : 8);

/** What is added to codes so that none is negative. */
export const offsetOf = ({ bits, symmetric }: QuantizedWeight['scheme']): number =>
  symmetric ? 2 ** (bits - 1) : 0;

/**
 * Packs rows `[first, first + count)` of a weight into planes, which {@link unpackSlots} takes apart.
 */
export function packPlanes(
  { codes, columns, scheme }: QuantizedWeight,
  first: number,
  count: number,
): Planes {
  const slot = slotOf(scheme.bits);
  const offset = offsetOf(scheme);
  const width = 4 * packedWords(columns, slot);
  const bytes = new Uint8Array(count * width);
  for (let row = 0; row < count; row++) {
    const from = (first + row) * columns;
    for (let plane = 0, column = 0; column < columns; plane++) {
      const shift = plane * slot;
      const end = Math.min(columns, column + width);
      for (let at = row * width; column < end; column++, at++)
        bytes[at] = (bytes[at] as number) | (((codes[from + column] as number) + offset) << shift);
    }
  }
  return { bytes, width, slot };
}
