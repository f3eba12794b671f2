/** A row-major matrix in float64. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

/** Fills a matrix from a function of row and column. */
export function matrix(
  rows: number,
  columns: number,
  at: (row: number, column: number) => number,
): Matrix {
  const values = Float64Array.from({ length: rows * columns }, (_, i) =>
    at(Math.floor(i / columns), i % columns),
  );
  return { rows, columns, values };
}

/** a[row, column] */
export const entry = (a: Matrix, row: number, column: number): number =>
  a.values[row * a.columns + column] as number;

/** a · b */
export function multiply(a: Matrix, b: Matrix): Matrix {
  if (a.columns !== b.rows) {
    throw new RangeError(`[${a.rows}, ${a.columns}] does not multiply [${b.rows}, ${b.columns}].`);
  }
  const values = new Float64Array(a.rows * b.columns);
  for (let row = 0; row < a.rows; row++) {
    for (let i = 0; i < a.columns; i++) {
      const factor = a.values[row * a.columns + i] as number;
      for (let column = 0; column < b.columns; column++) {
        const at = row * b.columns + column;
        values[at] = (values[at] as number) + factor * (b.values[i * b.columns + column] as number);
      }
    }
  }
  return { rows: a.rows, columns: b.columns, values };
}

/** aᵀ */
export const transpose = (a: Matrix): Matrix =>
  matrix(a.columns, a.rows, (row, column) => entry(a, column, row));

/** a on the diagonal, `times` times. */
export function blockDiagonal(a: Matrix, times: number): Matrix {
  return matrix(a.rows * times, a.columns * times, (row, column) =>
    Math.floor(row / a.rows) === Math.floor(column / a.columns)
      ? entry(a, row % a.rows, column % a.columns)
      : 0,
  );
}

/** A map that acts on every `a.rows` consecutive ones of so many channels. */
export function repeated(a: Matrix, channels: number): Matrix {
  if (channels % a.rows !== 0)
    throw new RangeError(`A map of ${a.rows} channels does not divide ${channels}.`);
  return blockDiagonal(a, channels / a.rows);
}

/** ‖a - b‖ / ‖b‖, Frobenius. */
export function relativeDistance(a: Matrix, b: Matrix): number {
  let difference = 0;
  let norm = 0;
  for (const [i, value] of b.values.entries()) {
    difference += ((a.values[i] as number) - value) ** 2;
    norm += value ** 2;
  }
  return Math.sqrt(difference / norm);
}
