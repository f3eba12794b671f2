import { createRandom } from '../random.js';

/** Standard normal values by name. */
export function normalMatrix(name: string, rows: number, columns: number): Float32Array {
  const random = createRandom(name);
  return Float32Array.from({ length: rows * columns }, () => random.normal());
}

/** a · b, or a · bᵀ, in float64 as the definition says; a `[m, k]`, the result `[m, n]`. */
export function multiply(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  [m, k, n]: readonly [number, number, number],
  transposed = false,
): Float64Array {
  const product = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) sum += a[i * k + p]! * b[transposed ? j * k + p : p * n + j]!;
      product[i * n + j] = sum;
    }
  }
  return product;
}

/** XᵀX / tokens + 0.1 I of correlated inputs: a well-conditioned Hessian. */
export function testHessian(name: string, size: number, tokens = 2 * size): Float32Array {
  const x = normalMatrix(name, size, tokens); // [size, tokens], so that rows are columns of inputs
  const shared = normalMatrix(`${name} shared`, 1, tokens);
  const inputs = x.map((value, i) => value + shared[i % tokens]!);
  const gram = multiply(inputs, inputs, [size, tokens, size], true);
  return Float32Array.from(gram, (value, i) => value / tokens + (i % (size + 1) === 0 ? 0.1 : 0));
}

/** The largest |a - b|. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), 0);
}

/** The identity matrix. */
export function identity(size: number): Float32Array {
  return Float32Array.from({ length: size * size }, (_, i) => Number(i % (size + 1) === 0));
}
