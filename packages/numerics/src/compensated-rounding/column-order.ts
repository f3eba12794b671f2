/**
 * Columns in the order in which they are rounded: by falling diagonal, equal ones as they stand (methods.md
 * §1.3, step 4, and §9.6).
 * @param diagonal of the Hessian, with 1 for dead columns
 * @returns position → column
 */
export function activationOrder(diagonal: Float32Array): Int32Array {
  return Int32Array.from(diagonal.keys()).sort(
    (a, b) => (diagonal[b] as number) - (diagonal[a] as number) || a - b,
  );
}

/**
 * Rows and columns of a square matrix in another order: out[i, j] = matrix[order[i], order[j]].
 * @param out takes the result; a new array where absent
 */
export function reorderSquare(
  matrix: Float32Array,
  order: Int32Array,
  out: Float32Array = new Float32Array(matrix.length),
): Float32Array {
  const size = order.length;
  for (let i = 0; i < size; i++) {
    const from = (order[i] as number) * size;
    const to = i * size;
    for (let j = 0; j < size; j++) out[to + j] = matrix[from + (order[j] as number)] as number;
  }
  return out;
}

/** Columns of a matrix in another order: out[i, j] = matrix[i, order[j]]. */
export function reorderColumns(matrix: Float32Array, order: Int32Array): Float32Array {
  const columns = order.length;
  const out = new Float32Array(matrix.length);
  for (let start = 0; start < out.length; start += columns) {
    for (let j = 0; j < columns; j++)
      out[start + j] = matrix[start + (order[j] as number)] as number;
  }
  return out;
}

/** The matrix with 0 in marked columns; itself where none is marked. */
export function clearColumns(
  matrix: Float32Array,
  columns: number,
  marked: Uint8Array,
): Float32Array {
  if (!marked.includes(1)) return matrix;
  return matrix.map((value, i) => (marked[i % columns] ? 0 : value));
}
