/** Adding and subtracting 1.5 · 2^52 rounds a double half to even where |x| < 2^51; larger codes are clamped anyway. */
export const roundingShift = 1.5 * 2 ** 52;

/** The least width of a weight's range, and of any `min-max` range (methods.md §1.0a, §1.0b). */
export const leastWidth = Math.fround(1e-5);

/**
 * Scale and zero point from the ends of a range, each operation in float32 (methods.md §1.0a, §1.0b).
 *
 * Writes the scale to `parameters[at]` and the zero point to `parameters[at + 1]`. A range too narrow for float32
 * (only possible with `floor` 0) counts as empty, so that no scale is 0.
 * @param minimum least value, already at most 0 under the zero-inclusive rule
 * @param maximum largest value, already at least 0 under the zero-inclusive rule
 * @param highest the largest code
 * @param floor least width of the range; 0 for activations
 */
export function writeGroupParameters(
  minimum: number,
  maximum: number,
  highest: number,
  symmetric: boolean,
  minMax: boolean,
  floor: number,
  parameters: Float32Array,
  at: number,
): void {
  const fround = Math.fround;
  if (symmetric) {
    const scale = fround(Math.max(maximum, -minimum, floor) / highest);
    parameters[at] = scale === 0 ? 1 : scale;
    parameters[at + 1] = 0;
    return;
  }
  if (minMax) {
    const scale = fround(Math.max(fround(maximum - minimum), leastWidth) / highest);
    const zero = roundingShift - (fround(minimum / scale) + roundingShift);
    parameters[at] = scale;
    parameters[at + 1] = Math.min(Math.max(zero, 0), highest) + 0;
    return;
  }
  let low = minimum;
  let scale = fround(Math.max(fround(maximum - low), floor) / highest);
  if (scale === 0 || (maximum === 0 && low === 0)) {
    low = -1;
    scale = fround(2 / highest);
  }
  parameters[at] = scale;
  parameters[at + 1] = fround(-low / scale) + roundingShift - roundingShift;
}

/** clamp(round(x / scale) + zero, lowest, highest), the quotient in float32. */
export function codeOf(
  value: number,
  scale: number,
  zero: number,
  lowest: number,
  highest: number,
): number {
  const code = Math.fround(value / scale) + roundingShift - roundingShift + zero;
  return Math.min(Math.max(code, lowest), highest);
}

/**
 * Rounds `length` values to codes: clamp(round(x / scale) + zero, lowest, highest), in float32.
 *
 * Writing a negative code to a `Uint8Array` keeps its two's complement byte.
 */
export function writeCodes(
  values: Float32Array,
  start: number,
  length: number,
  scale: number,
  zero: number,
  lowest: number,
  highest: number,
  codes: Uint8Array | Int8Array,
  codesStart: number,
): void {
  for (let i = 0; i < length; i++) {
    codes[codesStart + i] = codeOf(values[start + i] as number, scale, zero, lowest, highest);
  }
}
