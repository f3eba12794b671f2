import { getBackend, matMul, type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { type MatrixBlock, type SubtractProduct, subtractProduct } from '@thinkbits/numerics';

/** Multiplications from which moving matrices to the backend and back is worth it. */
const worthwhile = 2 ** 20;

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
  if (getBackend() === 'cpu' || c.rows * c.columns * a.columns < worthwhile) {
    subtractProduct(c, a, b, transposed);
    return;
  }
  // transposed here: the WebAssembly backend is thirty times slower at a product that transposes by itself
  const product = tidy(() => matMul<Tensor2D>(toTensor(a), toTensor(b, transposed)));
  try {
    const values = (await product.data()) as Float32Array;
    for (let i = 0; i < c.rows; i++) {
      const to = c.start + i * c.stride;
      const from = i * c.columns;
      for (let j = 0; j < c.columns; j++) {
        c.values[to + j] = (c.values[to + j] as number) - (values[from + j] as number);
      }
    }
  } finally {
    product.dispose();
  }
};
