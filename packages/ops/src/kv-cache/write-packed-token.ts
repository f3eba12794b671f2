/**
 * Packs codes as one little-endian bit stream (formats.md §2.1).
 * @param codes `[headDim]`, unsigned, or signed codes as their low bits
 */
export function writePackedToken(
  codes: Uint8Array,
  bits: number,
  out: Uint8Array,
  start: number,
): void {
  const mask = (1 << bits) - 1;
  let buffer = 0;
  let filled = 0;
  let at = start;
  for (const code of codes) {
    buffer |= (code & mask) << filled;
    filled += bits;
    while (filled >= 8) {
      out[at++] = buffer & 255;
      buffer >>>= 8;
      filled -= 8;
    }
  }
  if (filled > 0) out[at] = buffer;
}
