import { createRandom, denseLinearMap } from '@thinkbits/numerics';
import type { InvertiblePair, LinearMap } from '@thinkbits/spec';
import { entry, type Matrix, matrix, multiply, relativeDistance, transpose } from './matrix.js';

const identity = (size: number): Matrix =>
  matrix(size, size, (row, column) => (row === column ? 1 : 0));

const isOdd = (bits: number) => bits.toString(2).replaceAll('0', '').length % 2 === 1;

/** Sylvester's matrix of an order that is a power of two, normalized; for other orders that of `numerics`. */
function unsignedHadamard(size: number): Matrix {
  if (Number.isInteger(Math.log2(size)))
    return matrix(size, size, (row, column) => (isOdd(row & column) ? -1 : 1) / Math.sqrt(size));
  const values = denseLinearMap({ kind: 'hadamard', size });
  return matrix(size, size, (row, column) => values[row * size + column] as number);
}

/** A normalized Hadamard matrix, its columns signed where a seed is given. */
function hadamard(size: number, seed: number | undefined): Matrix {
  const random = seed === undefined ? undefined : createRandom(seed);
  const signs = Array.from({ length: size }, () => (random && random.next() < 0.5 ? -1 : 1));
  const unsigned = unsignedHadamard(size);
  return matrix(
    size,
    size,
    (row, column) => entry(unsigned, row, column) * (signs[column] as number),
  );
}

/** A linear map as a matrix M that acts on rows: x · M. */
export function denseMap(map: LinearMap): Matrix {
  switch (map.kind) {
    case 'diagonal':
      return matrix(map.values.length, map.values.length, (row, column) =>
        row === column ? (map.values[row] as number) : 0,
      );
    case 'dense':
      return matrix(
        map.size,
        map.size,
        (row, column) => map.values[row * map.size + column] as number,
      );
    case 'hadamard': {
      const plain = hadamard(map.size, map.seed);
      return map.transposed ? transpose(plain) : plain;
    }
    case 'block-diagonal': {
      const blocks = map.blocks.map(denseMap);
      const starts = blocks.map((_, i) => blocks.slice(0, i).reduce((sum, b) => sum + b.rows, 0));
      const size = blocks.reduce((sum, { rows }) => sum + rows, 0);
      return matrix(size, size, (row, column) => {
        const at = starts.findLastIndex((start) => start <= row);
        const [block, start] = [blocks[at] as Matrix, starts[at] as number];
        const inside = column >= start && column < start + block.columns;
        return inside ? entry(block, row - start, column - start) : 0;
      });
    }
    case 'kronecker': {
      const [left, right] = [denseMap(map.left), denseMap(map.right)];
      return matrix(left.rows * right.rows, left.columns * right.columns, (row, column) => {
        const outer = entry(left, Math.floor(row / right.rows), Math.floor(column / right.columns));
        return outer * entry(right, row % right.rows, column % right.columns);
      });
    }
  }
}

/**
 * Both maps of a pair as matrices.
 * @throws RangeError when they are not each other's inverse to 1e-5
 */
export function densePair(pair: InvertiblePair): { forward: Matrix; inverse: Matrix } {
  const [forward, inverse] = [denseMap(pair.forward), denseMap(pair.inverse)];
  const distance = relativeDistance(multiply(forward, inverse), identity(forward.rows));
  if (!(distance < 1e-5)) {
    throw new RangeError(
      `A map times its inverse is ${distance.toExponential(1)} away from the identity.`,
    );
  }
  return { forward, inverse };
}

/** ‖M Mᵀ - I‖ / ‖I‖ */
export function distanceFromOrthogonal(map: LinearMap): number {
  const dense = denseMap(map);
  const square = multiply(
    dense,
    matrix(dense.columns, dense.rows, (row, column) => entry(dense, column, row)),
  );
  return relativeDistance(square, identity(dense.rows));
}
