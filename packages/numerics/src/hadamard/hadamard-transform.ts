import { baseHadamard } from './base-hadamard.js';
import { hadamardOrder } from './hadamard-order.js';

/** In place over `length` values from `start`: the unnormalized Walsh-Hadamard transform, length a power of two. */
function walshHadamard(values: Float64Array, start: number, length: number): void {
  for (let half = 1; half < length; half *= 2) {
    for (let block = start; block < start + length; block += 2 * half) {
      for (let i = block; i < block + half; i++) {
        const [a, b] = [values[i] as number, values[i + half] as number];
        values[i] = a + b;
        values[i + half] = a - b;
      }
    }
  }
}

/**
 * The structured Hadamard transform of every row, y = (H_base ⊗ H_power) x / √n, base-major (methods.md §1.5 step 4): n log n
 * for powers of two, in float64.
 * @param x `[rows, size]`
 * @param options.transposed applies the transpose, which is the inverse
 * @throws ThinkbitsError `hadamard/no-order`
 */
export function hadamardTransform(
  x: Float32Array,
  rows: number,
  size: number,
  { transposed = false }: { readonly transposed?: boolean } = {},
): Float32Array {
  const { base, power } = hadamardOrder(size);
  const signs = baseHadamard(base) as Int8Array;
  const y = new Float32Array(rows * size);
  const scale = 1 / Math.sqrt(size);
  const row = new Float64Array(size);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < size; i++) row[i] = x[r * size + i] as number;
    for (let part = 0; part < base; part++) walshHadamard(row, part * power, power);
    if (base === 1) {
      for (let i = 0; i < size; i++) y[r * size + i] = (row[i] as number) * scale;
      continue;
    }
    for (let part = 0; part < base; part++) {
      for (let i = 0; i < power; i++) {
        let sum = 0;
        for (let other = 0; other < base; other++) {
          const sign = signs[transposed ? other * base + part : part * base + other] as number;
          sum += sign * (row[other * power + i] as number);
        }
        y[r * size + part * power + i] = sum * scale;
      }
    }
  }
  return y;
}
