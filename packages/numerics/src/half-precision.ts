const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

/** Widens bfloat16: exact. */
export function bfloat16ToFloat32(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = (bits[i] as number) << 16;
  return new Float32Array(words.buffer);
}

/** Narrows to bfloat16, halves to even; overflow becomes an infinity, NaN stays NaN. */
export function float32ToBfloat16(values: Float32Array): Uint16Array {
  const out = new Uint16Array(values.length);
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as number;
    const notANumber = (word & 0x7fffffff) > 0x7f800000;
    // adding half an ulp, less one where the kept part is even, carries exactly when rounding goes up
    out[i] = notANumber ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return out;
}

/** Widens IEEE binary16, subnormals, infinities and NaN included: exact. */
export function float16ToFloat32(bits: Uint16Array): Float32Array {
  const out = new Float32Array(bits.length);
  const words = new Uint32Array(out.buffer);
  for (let i = 0; i < bits.length; i++) {
    const half = bits[i] as number;
    const sign = (half & 0x8000) << 16;
    const exponent = (half >>> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) {
      out[i] = (sign ? -1 : 1) * fraction * 2 ** -24;
    } else {
      words[i] = sign | ((exponent === 31 ? 255 : exponent + 112) << 23) | (fraction << 13);
    }
  }
  return out;
}

/** Narrows to IEEE binary16, halves to even, with subnormals; overflow becomes an infinity, NaN stays NaN. */
export function float32ToFloat16(values: Float32Array): Uint16Array {
  const out = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    scratch[0] = values[i] as number;
    const word = scratchBits[0] as number;
    const sign = (word >>> 16) & 0x8000;
    const magnitude = word & 0x7fffffff;
    if (magnitude > 0x7f800000) {
      out[i] = sign | 0x7e00 | ((word >>> 13) & 0x3ff);
    } else if (magnitude >= 0x477ff000) {
      out[i] = sign | 0x7c00; // 65520 and above round to infinity
    } else if (magnitude >= 0x38800000) {
      const rebased = magnitude - (112 << 23);
      out[i] = sign | ((rebased + 0xfff + ((rebased >>> 13) & 1)) >>> 13);
    } else {
      // below 2^-14: a multiple of 2^-24; adding 0.5 lines the float's last bit up with it and rounds half to even
      scratch[0] = Math.abs(values[i] as number) + 0.5;
      out[i] = sign | ((scratchBits[0] as number) - 0x3f000000);
    }
  }
  return out;
}
