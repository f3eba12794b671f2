import { type BlockedOptions, blockOf, blockSize, spans } from './matrix-block.js';
import { pause } from './pause.js';
import { subtractProduct as plainProduct } from './subtract-product.js';

/**
 * tr(D H Dᵀ) = Σ over rows d of d H dᵀ: for H = XXᵀ the squared output error ‖D X‖². Sums in float64.
 *
 * Block columns of H below and at its diagonal are enough, those below counted twice.
 * @param matrix D, `[rows, size]`
 * @param symmetric H, `[size, size]`
 * @throws ThinkbitsError `run/aborted`
 */
export async function quadraticTrace(
  matrix: Float32Array,
  rows: number,
  symmetric: Float32Array,
  size: number,
  { subtractProduct = plainProduct, quadraticTrace: whole, signal }: BlockedOptions = {},
): Promise<number> {
  if (whole) {
    await pause(signal);
    return whole(matrix, rows, symmetric, size);
  }
  let trace = 0;
  for (const [left, right] of spans(0, size, 2 * blockSize)) {
    const width = right - left;
    const below = new Float32Array(rows * width); // -D[:, right:] H[right:, left:right]
    const at = new Float32Array(rows * width); // -D[:, left:right] H[left:right, left:right]
    const columns = [left, right] as const;
    for (const [target, span] of [
      [below, [right, size]],
      [at, columns],
    ] as const) {
      if (span[0] === span[1]) continue;
      await subtractProduct(
        blockOf(target, width, [0, rows], [0, width]),
        blockOf(matrix, size, [0, rows], span),
        blockOf(symmetric, size, span, columns),
        false,
      );
    }
    for (let row = 0; row < rows; row++) {
      for (let j = 0; j < width; j++) {
        const product = 2 * (below[row * width + j] as number) + (at[row * width + j] as number);
        trace -= product * (matrix[row * size + left + j] as number);
      }
    }
    if (right < size) await pause(signal);
  }
  return trace;
}
