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

/** Base matrices `[base, base]` and their transposes as they were first asked for. */
const bases = new Map<number, { readonly plain: Int8Array; readonly transposed: Int8Array }>();

function baseMatrix(base: number, transposed: boolean): Int8Array {
  let matrices = bases.get(base);
  if (!matrices) {
    const plain = baseHadamard(base) as Int8Array;
    const turned = plain.map((_, i) => plain[(i % base) * base + Math.floor(i / base)] as number);
    matrices = { plain, transposed: turned };
    bases.set(base, matrices);
  }
  return transposed ? matrices.transposed : matrices.plain;
}

/** mixed = H · row for `row` as `[base, power]`: whole parts are added or subtracted, as the signs say. */
function mixParts(signs: Int8Array, row: Float64Array, power: number, mixed: Float64Array): void {
  const parts = row.length / power;
  mixed.fill(0);
  for (let part = 0; part < parts; part++) {
    const to = part * power;
    for (let other = 0; other < parts; other++) {
      const from = other * power;
      if ((signs[part * parts + other] as number) > 0)
        for (let i = 0; i < power; i++) mixed[to + i] = mixed[to + i]! + row[from + i]!;
      else for (let i = 0; i < power; i++) mixed[to + i] = mixed[to + i]! - row[from + i]!;
    }
  }
}

/** What a structured Hadamard matrix of an order is made of, H_base ⊗ H_power. */
export interface HadamardFactors {
  readonly base: number;
  /** A power of two. */
  readonly power: number;
  /** H_base or its transpose, `[base, base]` of 1 and -1. */
  readonly signs: Int8Array;
}

/**
 * The factors of the matrix that {@link hadamardTransform} applies.
 * @throws ThinkbitsError `hadamard/no-order`
 */
export function hadamardFactors(size: number, transposed: boolean): HadamardFactors {
  const { base, power } = hadamardOrder(size);
  return { base, power, signs: baseMatrix(base, transposed) };
}

/**
 * The structured Hadamard transform of every row, y = (H_base ⊗ H_power) x / √n, base-major (methods.md §1.5 step 4): n log n
 * for powers of two, in float64, each row by itself.
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
  const { base, power, signs } = hadamardFactors(size, transposed);
  const y = new Float32Array(rows * size);
  const scale = 1 / Math.sqrt(size);
  const row = new Float64Array(size);
  const mixed = base === 1 ? row : new Float64Array(size);
  for (let at = 0; at < rows * size; at += size) {
    for (let i = 0; i < size; i++) row[i] = x[at + i] as number;
    for (let part = 0; part < base; part++) walshHadamard(row, part * power, power);
    if (base > 1) mixParts(signs, row, power, mixed);
    for (let i = 0; i < size; i++) y[at + i] = (mixed[i] as number) * scale;
  }
  return y;
}
