/** Neither a range nor a scale is smaller than this. */
const floor = 1e-5;

/**
 * The factors by which activations are divided and the columns of the weights that read them multiplied: s = max|x|^α /
 * max|w|^(1-α), per channel (SmoothQuant, equation 4; floors as in methods.md §1.4).
 * @param inputs `[in]`, the largest |x| of each channel over all tokens
 * @param weights `[in]`, the largest |w| of each column over all rows and linears
 */
export function smoothingScales(
  inputs: Float32Array,
  weights: Float32Array,
  alpha: number,
): Float32Array {
  return inputs.map((input, channel) => {
    const weight = Math.max(weights[channel] as number, floor);
    return Math.max(input ** alpha / weight ** (1 - alpha), floor);
  });
}
