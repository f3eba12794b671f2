import { type BlockedOptions, blockOf, blockSize, type SolveRows, spans } from './matrix-block.js';
import { pause } from './pause.js';
import { subtractProduct as plainProduct } from './subtract-product.js';

/** Columns of a product with a triangle that are taken together, so that most of its zeros are skipped. */
const chunk = 4 * blockSize;

/** Forward substitution in plain loops. */
const plainSolve: SolveRows = (matrix, size, [top, bottom], x, width) => {
  for (let i = top; i < bottom; i++) {
    const to = (i - top) * width;
    for (let p = top; p < i; p++) {
      const factor = matrix[i * size + p] as number;
      const from = (p - top) * width;
      for (let j = 0; j < width; j++) {
        x[to + j] = (x[to + j] as number) - factor * (x[from + j] as number);
      }
    }
    const pivot = matrix[i * size + i] as number;
    for (let j = 0; j < width; j++) x[to + j] = (x[to + j] as number) / pivot;
  }
};

/**
 * Inverts a lower triangular matrix in place, block row by block row:
 * M[i, :i] = -L[i, i]⁻¹ · L[i, :i] · M[:i, :i]. The strict upper triangle becomes 0. n³ / 6 multiplications.
 * @param matrix `[size, size]`, its diagonal not 0; what stands above the diagonal is not read
 * @throws ThinkbitsError `run/aborted`
 */
export async function invertLower(
  matrix: Float32Array,
  size: number,
  { subtractProduct = plainProduct, solveRows = plainSolve, signal }: BlockedOptions = {},
): Promise<void> {
  for (const [top, bottom] of spans(0, size, blockSize)) {
    const count = bottom - top;
    const rows = new Float32Array(count * bottom); // [count, bottom], the new block row
    for (const [left, right] of spans(0, top, chunk)) {
      await subtractProduct(
        blockOf(rows, bottom, [0, count], [left, right]),
        blockOf(matrix, size, [top, bottom], [left, top]),
        blockOf(matrix, size, [left, top], [left, right]),
        false,
      );
    }
    for (let i = 0; i < count; i++) rows[i * bottom + top + i] = 1;
    solveRows(matrix, size, [top, bottom], rows, bottom);
    for (let i = 0; i < count; i++) {
      const row = matrix.subarray((top + i) * size, (top + i + 1) * size);
      row.fill(0, bottom);
      row.set(rows.subarray(i * bottom, (i + 1) * bottom));
    }
    if (bottom < size) await pause(signal);
  }
}
