/**
 * Packs the codes of one token and head as one little-endian bit stream (formats.md §2.1).
 * @param codes `[headDim]`, unsigned or the low bits of signed codes
 */
export function writePackedToken(
  codes: Uint8Array,
  bits: number,
  out: Uint8Array,
  start: number,
  headDim: number,
): void {
  const mask = (1 << bits) - 1;
  let buffer = 0;
  let filled = 0;
  let at = start;
  for (let i = 0; i < headDim; i++) {
    buffer |= ((codes[i] as number) & mask) << filled;
    filled += bits;
    while (filled >= 8) {
      out[at++] = buffer & 255;
      buffer >>>= 8;
      filled -= 8;
    }
  }
  if (filled > 0) out[at] = buffer & 255;
}

const levels = new Float32Array(256);

/**
 * Unpacks one token and head into floats: x̂ = scale · (code - zero).
 * @param parameters scale and zero of each group from `parametersStart`
 * @param out `[headDim]` from `outStart`
 */
export function readPackedToken(
  codes: Uint8Array,
  start: number,
  bits: number,
  symmetric: boolean,
  headDim: number,
  group: number,
  parameters: Float32Array,
  parametersStart: number,
  out: Float32Array,
  outStart: number,
): void {
  const mask = (1 << bits) - 1;
  const half = 1 << (bits - 1);
  let buffer = 0;
  let filled = 0;
  let at = start;
  for (let g = 0; g * group < headDim; g++) {
    const scale = parameters[parametersStart + 2 * g] as number;
    const zero = parameters[parametersStart + 2 * g + 1] as number;
    // Few levels: look each one up instead of multiplying per element.
    const small = bits < 8;
    if (small) {
      for (let code = 0; code <= mask; code++) {
        levels[code] = scale * ((symmetric && code >= half ? code - 2 * half : code) - zero);
      }
    }
    const from = outStart + g * group;
    for (let i = 0; i < group; i++) {
      if (filled < bits) {
        buffer |= (codes[at++] as number) << filled;
        filled += 8;
      }
      const code = buffer & mask;
      out[from + i] = small
        ? (levels[code] as number)
        : scale * ((symmetric && code >= half ? code - 2 * half : code) - zero);
      buffer >>>= bits;
      filled -= bits;
    }
  }
}
