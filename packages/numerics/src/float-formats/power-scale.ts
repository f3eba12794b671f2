import type { ScaleRule } from '@thinkbits/spec';

/** Exponent bias of E8M0 (OCP MX 1.0, §5.4.1); code 255 is NaN. */
const bias = 127;

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

/** The power of two that an E8M0 code stands for; exact in float32, 2^-127 as a subnormal. */
export function decodePowerScale(code: number): number {
  return code === 255 ? Number.NaN : 2 ** (code - bias);
}

/**
 * The E8M0 code of the scale of a block: 2^⌊log2 max|x|⌋ divided by that of the largest element (OCP MX 1.0,
 * §6.3); `round` takes the next power where the mantissa of max|x| is at least 1.75 (methods.md §9.11).
 * @param largest max|x|, finite; 0 gives code 0
 * @param elementExponent exponent of the largest element: 2 for E2M1, 8 for E4M3, 15 for E5M2
 */
export function powerScaleCode(largest: number, elementExponent: number, rule: ScaleRule): number {
  scratch[0] = largest;
  let word = scratchBits[0] as number;
  if (rule === 'round') word += 1 << 21; // a quarter of 2^⌊log2 max|x|⌋ carries from 1.75 on
  // below the smallest normal number of float32 codes are clamped whatever the mantissa is
  return Math.min(Math.max((word >>> 23) - elementExponent, 0), 254);
}
