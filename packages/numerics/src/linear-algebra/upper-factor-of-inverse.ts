import { choleskyFactor } from './cholesky-factor.js';
import { invertLower } from './invert-lower.js';
import type { BlockedOptions } from './matrix-block.js';

/**
 * The upper triangular U with A⁻¹ = Uᵀ U, in place, without forming the inverse.
 *
 * With J the reversal of rows and columns: J A J = L Lᵀ gives A = (J L J)(J L J)ᵀ, J L J is upper triangular
 * and U its inverse, J L⁻¹ J. Half the work of inverting A and factoring the inverse, as GPTQ is usually
 * written (arXiv 2210.17323, §3.3, step 3), and one factorization fewer that could fail. J A J of a row-major
 * matrix is its elements in reverse.
 * @param matrix `[size, size]`, symmetric
 * @returns whether the matrix is positive definite in float32; its content is of no use where it is not
 * @throws ThinkbitsError `run/aborted`
 */
export async function upperFactorOfInverse(
  matrix: Float32Array,
  size: number,
  options: BlockedOptions = {},
): Promise<boolean> {
  matrix.reverse();
  if (!(await choleskyFactor(matrix, size, options))) return false;
  await invertLower(matrix, size, options);
  matrix.reverse();
  return true;
}
