import { getBackend, matMul, type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import {
  type MatrixBlock,
  type SubtractProduct,
  spans,
  subtractProduct,
} from '@thinkbits/numerics';
import { hostAlgebra } from './host-algebra.js';

/** Multiplications below which loops are done before a call is. */
const small = 2 ** 12;

/** Multiplications from which moving matrices to the backend and back is worth it. */
const worthwhile = 2 ** 20;

/** Elements of a strip of rows, which are copied to the backend and back together: 8 MiB. */
const stripElements = 2 ** 21;

/** The elements of a block without gaps, or of its transpose, as a tensor. */
function toTensor(
  { values, start, stride, rows, columns }: MatrixBlock,
  transposed = false,
): Tensor2D {
  const packed = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const from = start + i * stride;
    if (transposed) {
      for (let j = 0; j < columns; j++) packed[j * rows + i] = values[from + j] as number;
    } else packed.set(values.subarray(from, from + columns), i * columns);
  }
  return tensor2d(packed, transposed ? [columns, rows] : [rows, columns]);
}

/**
 * c ← c - a · b (or a · bᵀ) through the backend's product where that is worth it, else in plain loops: on the
 * backend `cpu`, whose own loops are slower, and for small products.
 */
export const backendProduct: SubtractProduct = async (c, a, b, transposed) => {
  const work = c.rows * c.columns * a.columns;
  const algebra = work < small ? undefined : hostAlgebra();
  if (algebra) {
    await algebra.subtractProduct(c, a, b, transposed);
    return;
  }
  if (getBackend() === 'cpu' || work < worthwhile) {
    subtractProduct(c, a, b, transposed);
    return;
  }
  // transposed here: the WebAssembly backend is thirty times slower at a product that transposes by itself
  const right = toTensor(b, transposed);
  try {
    const rows = Math.max(1, Math.floor(stripElements / Math.max(a.columns, c.columns)));
    for (const [top, bottom] of spans(0, c.rows, rows)) {
      const strip = { ...a, start: a.start + top * a.stride, rows: bottom - top };
      const product = tidy(() => matMul<Tensor2D>(toTensor(strip), right));
      const values = (await product.data()) as Float32Array;
      product.dispose();
      subtractRows(c, values, top, bottom);
    }
  } finally {
    right.dispose();
  }
};

/** c[i, :] -= values[i - top, :] for rows [top, bottom). */
function subtractRows(c: MatrixBlock, values: Float32Array, top: number, bottom: number): void {
  for (let i = top; i < bottom; i++) {
    const to = c.start + i * c.stride;
    const from = (i - top) * c.columns;
    for (let j = 0; j < c.columns; j++) {
      c.values[to + j] = (c.values[to + j] as number) - (values[from + j] as number);
    }
  }
}
