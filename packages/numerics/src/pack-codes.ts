import { checkBits, checkLength } from './grid.js';

/** 32-bit words of a packed row. */
export function packedWords(columns: number, bits: number): number {
  return Math.ceil((columns * bits) / 32);
}

/**
 * Packs codes as one little-endian bit stream a row (formats.md §2.1, §4.1): code i starts at bit i · bits and may straddle two words.
 *
 * Signed codes are stored as code + 2^(bits-1), unsigned ones as they are; the tail bits of a row are 0.
 * @param codes `[rows, columns]`
 * @returns `[rows, packedWords(columns, bits)]`
 * @throws ThinkbitsError `numerics/bits`, `numerics/length`
 */
export function packCodes(
  codes: Uint8Array | Int8Array,
  rows: number,
  columns: number,
  bits: number,
  symmetric: boolean,
): Uint32Array {
  checkBits(bits);
  checkLength('The codes', codes.length, rows * columns);
  const words = packedWords(columns, bits);
  const packed = new Uint32Array(rows * words);
  const offset = symmetric ? 2 ** (bits - 1) : 0;
  const mask = 2 ** bits - 1;
  for (let row = 0, i = 0; row < rows; row++) {
    let word = row * words;
    let filled = 0; // bits of the current word
    for (let column = 0; column < columns; column++, i++) {
      const code = ((codes[i] as number) + offset) & mask;
      packed[word] = (packed[word] as number) | (code << filled);
      filled += bits;
      if (filled >= 32) {
        word++;
        filled -= 32;
        if (filled > 0) packed[word] = code >>> (bits - filled);
      }
    }
  }
  return packed;
}

/**
 * The inverse of {@link packCodes}.
 * @param words `[rows, packedWords(columns, bits)]`
 * @returns `[rows, columns]`, an `Int8Array` when symmetric
 * @throws ThinkbitsError `numerics/bits`, `numerics/length`
 */
export function unpackCodes(
  words: Uint32Array,
  rows: number,
  columns: number,
  bits: number,
  symmetric: boolean,
): Uint8Array | Int8Array {
  checkBits(bits);
  const perRow = packedWords(columns, bits);
  checkLength('The packed words', words.length, rows * perRow);
  const codes = symmetric ? new Int8Array(rows * columns) : new Uint8Array(rows * columns);
  const offset = symmetric ? 2 ** (bits - 1) : 0;
  const mask = 2 ** bits - 1;
  for (let row = 0, i = 0; row < rows; row++) {
    let word = row * perRow;
    let used = 0; // bits of the current word
    for (let column = 0; column < columns; column++, i++) {
      let code = (words[word] as number) >>> used;
      used += bits;
      if (used >= 32) {
        word++;
        used -= 32;
        if (used > 0) code |= (words[word] as number) << (bits - used);
      }
      codes[i] = (code & mask) - offset;
    }
  }
  return codes;
}
