import type { FloatElementFormat } from './float-element.js';

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);
const float32Bias = 127;

/**
 * The code nearest to a float32 value, halves to the even code, larger magnitudes saturated: what hardware that
 * converts to these formats does (OCP OFP8 1.0, §5; OCP MX 1.0, §5.1). Keeps the sign of zero.
 * @param value rounded to float32 first; NaN becomes the format's NaN
 * @param saturate whether magnitudes that round beyond the largest become the largest; else the format's overflow
 */
export function encodeFloat(value: number, format: FloatElementFormat, saturate = true): number {
  const { bits, mantissaBits, exponentBias } = format;
  scratch[0] = value;
  const word = scratchBits[0] as number;
  const sign = (word >>> 31) << (bits - 1);
  const magnitude = word & 0x7fffffff; // in the order of |value|
  if (magnitude > 0x7f800000) return sign | format.nanCode;
  let code: number;
  const smallestNormal = (float32Bias + 1 - exponentBias) << 23;
  if (magnitude >= smallestNormal) {
    const dropped = 23 - mantissaBits;
    const rebased = magnitude - ((float32Bias - exponentBias) << 23);
    // half a step, less one where the kept part is even, carries exactly when rounding goes up
    code = (rebased + (1 << (dropped - 1)) - 1 + ((rebased >>> dropped) & 1)) >>> dropped;
  } else {
    // below, values are multiples of one step; adding 2^23 steps lines the float's last bit up with it
    const shift = 2 ** (1 - exponentBias - mantissaBits + 23);
    const rounded = Math.abs(scratch[0] as number);
    scratch[0] = shift;
    const zero = scratchBits[0] as number;
    scratch[0] = rounded + shift;
    code = (scratchBits[0] as number) - zero;
  }
  return sign | Math.min(code, saturate ? format.largestCode : format.overflowCode);
}

/** Rounds `length` values to codes: the nearest element to x / scale, in float32. */
export function writeFloatCodes(
  values: Float32Array,
  start: number,
  length: number,
  scale: number,
  element: FloatElementFormat,
  codes: Uint8Array | Int8Array,
  codesStart: number,
): void {
  for (let i = 0; i < length; i++) {
    const quotient = Math.fround((values[start + i] as number) / scale);
    codes[codesStart + i] = encodeFloat(quotient, element);
  }
}
