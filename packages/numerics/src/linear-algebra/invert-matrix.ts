import { ThinkbitsError } from '@thinkbits/spec';

/** @throws ThinkbitsError `matrix/singular` */
export function refuseSingular(size: number): never {
  throw new ThinkbitsError({
    code: 'matrix/singular',
    message: `A matrix of order ${size} has no inverse.`,
    help: 'A map that is to be undone must be invertible: take another seed, or a lower learning rate where it was trained.',
    details: { size },
  });
}

/**
 * The inverse of a matrix in float64: Gauss and Jordan's elimination with partial pivoting (Golub and Van
 * Loan, Matrix Computations, §3.4). n³ multiplications.
 * @param matrix `[size, size]`, row-major; left as it is
 * @throws ThinkbitsError `matrix/singular`, also where an element is not finite
 */
export function invertMatrix(matrix: Float32Array | Float64Array, size: number): Float64Array {
  const left = Float64Array.from(matrix);
  const right = new Float64Array(size * size);
  for (let i = 0; i < size; i++) right[i * size + i] = 1;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++)
      if (Math.abs(left[row * size + column]!) > Math.abs(left[pivot * size + column]!))
        pivot = row;
    const value = left[pivot * size + column] as number;
    if (value === 0 || !Number.isFinite(value)) refuseSingular(size);
    for (const half of [left, right]) {
      swapRows(half, size, pivot, column);
      for (let j = 0; j < size; j++) half[column * size + j] = half[column * size + j]! / value;
    }
    for (let row = 0; row < size; row++) {
      const factor = left[row * size + column] as number;
      if (row === column || factor === 0) continue;
      for (const half of [left, right])
        for (let j = 0; j < size; j++)
          half[row * size + j] = half[row * size + j]! - factor * half[column * size + j]!;
    }
  }
  if (!right.every(Number.isFinite)) refuseSingular(size);
  return right;
}

function swapRows(matrix: Float64Array, size: number, a: number, b: number): void {
  if (a === b) return;
  const row = matrix.slice(a * size, (a + 1) * size);
  matrix.copyWithin(a * size, b * size, (b + 1) * size);
  matrix.set(row, b * size);
}
