import {
  type BlockedOptions,
  blockOf,
  blockSize,
  type FactorPanel,
  spans,
} from './matrix-block.js';
import { pause } from './pause.js';
import { subtractProduct as plainProduct } from './subtract-product.js';

/** A block column in plain loops. */
const plainPanel: FactorPanel = (matrix, size, left, right) => {
  for (let i = left; i < size; i++) {
    const row = i * size;
    for (let j = left; j < Math.min(right, i + 1); j++) {
      const other = j * size;
      let value = matrix[row + j] as number;
      for (let p = left; p < j; p++) {
        value -= (matrix[row + p] as number) * (matrix[other + p] as number);
      }
      if (j < i) matrix[row + j] = value / (matrix[other + j] as number);
      else {
        const root = Math.fround(Math.sqrt(value));
        if (!(root > 0 && Number.isFinite(root))) return false;
        matrix[row + j] = root;
      }
    }
  }
  return true;
};

/**
 * Cholesky factorization A = L Lᵀ in place, by block columns that look left (Golub and Van Loan, Matrix
 * Computations, §4.2).
 *
 * Reads and writes the lower triangle with the diagonal; the strict upper triangle is left as it is. n³ / 6
 * multiplications.
 * @param matrix `[size, size]`, symmetric; after `false` its content is of no use
 * @returns whether the matrix is positive definite in float32
 * @throws ThinkbitsError `run/aborted`
 */
export async function choleskyFactor(
  matrix: Float32Array,
  size: number,
  { subtractProduct = plainProduct, factorPanel = plainPanel, signal }: BlockedOptions = {},
): Promise<boolean> {
  for (const [left, right] of spans(0, size, blockSize)) {
    if (left > 0) {
      await subtractProduct(
        blockOf(matrix, size, [left, size], [left, right]),
        blockOf(matrix, size, [left, size], [0, left]),
        blockOf(matrix, size, [left, right], [0, left]),
        true,
      );
      await pause(signal);
    }
    if (!factorPanel(matrix, size, left, right)) return false;
  }
  return true;
}
