import type { RandomSource } from '@thinkbits/spec';

/** a · b */
function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}

/**
 * A uniformly distributed orthogonal matrix: the Q of a Gaussian matrix's QR factorization whose R has a positive diagonal
 * (Mezzadri 2007, "How to generate random matrices from the classical compact groups"), by Gram and Schmidt's process,
 * run twice for orthogonality to the last bits.
 * @returns `[size, size]`, row-major
 */
export function randomOrthogonal(size: number, random: RandomSource): Float32Array {
  const columns: Float64Array[] = [];
  while (columns.length < size) {
    const column = Float64Array.from({ length: size }, () => random.normal());
    for (const other of [...columns, ...columns]) {
      const along = dot(column, other);
      for (let i = 0; i < size; i++) column[i] = column[i]! - along * other[i]!;
    }
    const norm = Math.sqrt(dot(column, column));
    columns.push(column.map((value) => value / norm));
  }
  return Float32Array.from({ length: size * size }, (_, at) => {
    const [row, column] = [Math.floor(at / size), at % size];
    return (columns[column] as Float64Array)[row] as number;
  });
}
