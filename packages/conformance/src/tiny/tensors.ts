import { type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import { createRandom } from '@thinkbits/numerics';
import { type Matrix, matrix } from './matrix.js';

/** A float32 tensor of a matrix; the caller disposes it. */
export function toTensor({ rows, columns, values }: Matrix): Tensor2D {
  return tensor2d(Float32Array.from(values), [rows, columns], 'float32');
}

/**
 * Hands tensors of the matrices to `work` and disposes them after it, whatever happens.
 * @throws Error when `work` disposed one itself
 */
export async function withTensors<T>(
  matrices: readonly Matrix[],
  work: (tensors: Tensor2D[]) => T | Promise<T>,
): Promise<T> {
  const tensors = matrices.map(toTensor);
  try {
    const result = await work(tensors);
    if (tensors.some(({ isDisposed }) => isDisposed))
      throw new Error('A tensor of the caller was disposed.');
    return result;
  } finally {
    for (const tensor of tensors) tensor.dispose();
  }
}

/** Two batches of what a linear with this many input columns reads: channels of very different size, mixed with each other. */
export function tinyInputs(name: string, columns: number): Matrix[] {
  const random = createRandom('conformance').fork(`inputs of ${name}`);
  const sizes = Array.from({ length: columns }, () => Math.exp(random.normal()));
  return [24, 40].map((tokens) => {
    const shared = Array.from({ length: tokens }, () => random.normal());
    return matrix(tokens, columns, (row, column) =>
      Math.fround((random.normal() + (shared[row] as number)) * (sizes[column] as number)),
    );
  });
}
