import type { LinearMap } from '@thinkbits/spec';
import { hadamardTransform } from '../hadamard/hadamard-transform.js';
import { invertMatrix, refuseSingular } from '../linear-algebra/invert-matrix.js';
import { createRandom } from '../random.js';

/** Channels that a map mixes. */
export function linearMapSize(map: LinearMap): number {
  switch (map.kind) {
    case 'diagonal':
      return map.values.length;
    case 'kronecker':
      return linearMapSize(map.left) * linearMapSize(map.right);
    case 'block-diagonal':
      return map.blocks.reduce((size, block) => size + linearMapSize(block), 0);
    default:
      return map.size;
  }
}

/** The ±1 that multiply the columns of a seeded Hadamard matrix. */
export function hadamardSigns(size: number, seed: number): Int8Array {
  const random = createRandom(seed);
  return Int8Array.from({ length: size }, () => (random.next() < 0.5 ? -1 : 1));
}

/** Every row of x times a square matrix, in float64. */
function timesDense(x: Float32Array, rows: number, size: number, matrix: Float32Array) {
  const y = new Float32Array(rows * size);
  const sums = new Float64Array(size);
  for (let row = 0; row < rows; row++) {
    sums.fill(0);
    for (let i = 0; i < size; i++) {
      const factor = x[row * size + i] as number;
      if (factor === 0) continue;
      for (let j = 0; j < size; j++)
        sums[j] = (sums[j] as number) + factor * (matrix[i * size + j] as number);
    }
    for (let j = 0; j < size; j++) y[row * size + j] = sums[j] as number;
  }
  return y;
}

/** The `[outer, inner]` matrices of every row, turned around. */
function turned(x: Float32Array, rows: number, outer: number, inner: number): Float32Array {
  const y = new Float32Array(x.length);
  for (let row = 0; row < rows; row++) {
    const at = row * outer * inner;
    for (let i = 0; i < outer; i++)
      for (let j = 0; j < inner; j++) y[at + j * outer + i] = x[at + i * inner + j] as number;
  }
  return y;
}

/** `count` columns from `first` on of every row of `[rows, width]`. */
function columnsOf(x: Float32Array, width: number, first: number, count: number): Float32Array {
  const part = new Float32Array((x.length / width) * count);
  for (let row = 0; row * width < x.length; row++)
    part.set(x.subarray(row * width + first, row * width + first + count), row * count);
  return part;
}

/** Each block's columns times its own map. */
function timesBlocks(blocks: readonly LinearMap[], x: Float32Array, rows: number, size: number) {
  const y = new Float32Array(x.length);
  let first = 0;
  for (const block of blocks) {
    const count = linearMapSize(block);
    const part = applyLinearMap(block, columnsOf(x, size, first, count), rows, count);
    for (let row = 0; row < rows; row++)
      y.set(part.subarray(row * count, (row + 1) * count), row * size + first);
    first += count;
  }
  return y;
}

/**
 * Every row of x times a map, y = x · M, computed in float64 and stored in float32.
 * @param x `[rows, size]`
 * @throws ThinkbitsError `hadamard/no-order`
 */
export function applyLinearMap(
  map: LinearMap,
  x: Float32Array,
  rows: number,
  size: number,
): Float32Array {
  switch (map.kind) {
    case 'diagonal':
      return x.map((value, i) => value * (map.values[i % size] as number));
    case 'dense':
      return timesDense(x, rows, size, map.values);
    case 'kronecker': {
      const [outer, inner] = [linearMapSize(map.left), linearMapSize(map.right)];
      const byRight = applyLinearMap(map.right, x, rows * outer, inner);
      const columns = turned(byRight, rows, outer, inner); // [inner, outer] a row
      const byLeft = applyLinearMap(map.left, columns, rows * inner, outer);
      return turned(byLeft, rows, inner, outer);
    }
    case 'block-diagonal':
      return timesBlocks(map.blocks, x, rows, size);
    case 'hadamard': {
      const byMatrix = { transposed: true } as const; // x · H is Hᵀ applied to x
      const { seed } = map;
      if (seed === undefined)
        return hadamardTransform(x, rows, size, map.transposed ? {} : byMatrix);
      const signs = hadamardSigns(size, seed);
      const signed = (values: Float32Array) =>
        values.map((value, i) => value * (signs[i % size] as number));
      // (H · D)ᵀ = D · Hᵀ
      return map.transposed
        ? hadamardTransform(signed(x), rows, size)
        : signed(hadamardTransform(x, rows, size, byMatrix));
    }
  }
}

/**
 * Mᵀ · W for every `size` consecutive rows of a weight: the weight of y · M where it was that of y.
 * @param weight `[rows, columns]`; the map's size divides rows
 */
export function mapOutputs(
  map: LinearMap,
  weight: Float32Array,
  rows: number,
  columns: number,
): Float32Array {
  const size = linearMapSize(map);
  const outputs = turned(weight, 1, rows, columns); // [columns, rows]
  return turned(applyLinearMap(map, outputs, weight.length / size, size), 1, columns, rows);
}

/** A map as a matrix that acts on rows, x · M: `[size, size]` row-major. */
export function denseLinearMap(map: LinearMap): Float32Array {
  const size = linearMapSize(map);
  const identity = new Float32Array(size * size);
  for (let i = 0; i < size; i++) identity[i * size + i] = 1;
  return applyLinearMap(map, identity, size, size);
}

/** Mᵀ as a map; the inverse of an orthogonal one. */
export function transposeLinearMap(map: LinearMap): LinearMap {
  switch (map.kind) {
    case 'diagonal':
      return map;
    case 'kronecker':
      return { ...map, left: transposeLinearMap(map.left), right: transposeLinearMap(map.right) };
    case 'block-diagonal':
      return { ...map, blocks: map.blocks.map(transposeLinearMap) };
    case 'hadamard': {
      const { transposed, ...rest } = map;
      return transposed ? rest : { ...rest, transposed: true };
    }
    case 'dense':
      return { ...map, values: turned(map.values, 1, map.size, map.size) };
  }
}

/**
 * M⁻¹ as a map of the same structure, each dense part inverted in float64.
 * @throws ThinkbitsError `matrix/singular`
 */
export function invertLinearMap(map: LinearMap): LinearMap {
  switch (map.kind) {
    case 'diagonal':
      if (map.values.some((value) => value === 0)) refuseSingular(map.values.length);
      return { ...map, values: map.values.map((value) => 1 / value) };
    case 'kronecker':
      return { ...map, left: invertLinearMap(map.left), right: invertLinearMap(map.right) };
    case 'block-diagonal':
      return { ...map, blocks: map.blocks.map(invertLinearMap) };
    case 'hadamard':
      return transposeLinearMap(map);
    case 'dense':
      return { ...map, values: Float32Array.from(invertMatrix(map.values, map.size)) };
  }
}
