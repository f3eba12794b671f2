/** A rectangle of a row-major matrix: the element at row i, column j is `values[start + i · stride + j]`. */
export interface MatrixBlock {
  readonly values: Float32Array;
  readonly start: number;
  /** Elements from one row to the next; at least `columns`. */
  readonly stride: number;
  readonly rows: number;
  readonly columns: number;
}

/**
 * c ← c - a · b, or c - a · bᵀ where `transposed`; c overlaps neither a nor b.
 *
 * Blocked algorithms do nearly all of their work here, so that a faster machine (a SIMD kernel, a GPU) is one
 * function away.
 * @param c `[m, n]`
 * @param a `[m, k]`
 * @param b `[k, n]`, or `[n, k]` where `transposed`
 */
export type SubtractProduct = (
  c: MatrixBlock,
  a: MatrixBlock,
  b: MatrixBlock,
  transposed: boolean,
) => void | Promise<void>;

/**
 * Factors block column [left, right) of a symmetric `[size, size]` matrix from row `left` on, in place; what
 * earlier columns explain is already subtracted. Sums run in float64, one after the other.
 * @returns whether the matrix is positive definite there
 */
export type FactorPanel = (
  matrix: Float32Array,
  size: number,
  left: number,
  right: number,
) => boolean;

/**
 * Solves L y = x for rows [top, bottom) of L's diagonal block; x `[bottom - top, width]` becomes y. Each
 * subtraction is rounded to float32.
 */
export type SolveRows = (
  matrix: Float32Array,
  size: number,
  span: readonly [top: number, bottom: number],
  x: Float32Array,
  width: number,
) => void;

/** tr(D H Dᵀ) for D `[rows, size]` and a symmetric H `[size, size]`, products in float32 and their sum in float64. */
export type QuadraticTrace = (
  matrix: Float32Array,
  rows: number,
  symmetric: Float32Array,
  size: number,
) => number;

/** out[i, j] = matrix[order[i], order[j]], of square matrices. */
export type ReorderSquare = (matrix: Float32Array, order: Int32Array, out: Float32Array) => void;

/** What a faster machine does for blocked algorithms; plain loops do what it does not. */
export interface MatrixKernels {
  readonly subtractProduct?: SubtractProduct;
  /** Gives the bits that plain loops give. */
  readonly factorPanel?: FactorPanel;
  /** Gives the bits that plain loops give. */
  readonly solveRows?: SolveRows;
  readonly quadraticTrace?: QuadraticTrace;
  readonly reorderSquare?: ReorderSquare;
}

/** How blocked algorithms run. */
export interface BlockedOptions extends MatrixKernels {
  /** Looked at between blocks. */
  readonly signal?: AbortSignal;
}

/** Rows [top, bottom) and columns [left, right) of a matrix of this width. */
export function blockOf(
  values: Float32Array,
  width: number,
  [top, bottom]: readonly [number, number],
  [left, right]: readonly [number, number],
): MatrixBlock {
  return {
    values,
    start: top * width + left,
    stride: width,
    rows: bottom - top,
    columns: right - left,
  };
}

/** Cuts [start, end) into spans of at most `size`. */
export function spans(start: number, end: number, size: number): [number, number][] {
  const count = Math.max(0, Math.ceil((end - start) / size));
  return Array.from({ length: count }, (_, i) => [
    start + i * size,
    Math.min(start + (i + 1) * size, end),
  ]);
}

/** Columns that blocked algorithms take at a time. */
export const blockSize = 128;
