import {
  matMul,
  slice,
  square,
  sum,
  type Tensor2D,
  tensor2d,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { dequantizeWeight, spans } from '@thinkbits/numerics';
import { type QuantizedWeight, throwIfAborted } from '@thinkbits/spec';
import type { BlockPath } from './block-path.js';

/** Elements of what is on the backend at a time, of rows of a weight or of what they give: 16 MiB. */
const stripElements = 2 ** 22;

/** ‖X Mᵀ‖², strip by strip of the rows of M. @param columns Xᵀ, `[in, tokens]` */
async function squaredOutput(matrix: Tensor2D, columns: Tensor2D): Promise<number> {
  const [rows, width] = matrix.shape;
  const together = Math.max(1, Math.floor(stripElements / Math.max(width, columns.shape[1])));
  let total = 0;
  for (const [top, bottom] of spans(0, rows, together)) {
    const squares = tidy(() => {
      const product = matMul(slice(matrix, [top, 0], [bottom - top, width]), columns);
      return sum(square(product));
    });
    total += (await squares.data())[0] as number;
    squares.dispose();
  }
  return total;
}

/**
 * ‖X(W - Ŵ)ᵀ‖² / ‖XWᵀ‖² over all calibration windows X that `path` holds for the linear at hand.
 * @param weight W, `[out, in]`; the caller keeps it
 * @param rounded what stands for Ŵ
 * @throws ThinkbitsError `run/aborted`
 */
export async function relativeOutputError(
  path: BlockPath,
  weight: Tensor2D,
  rounded: QuantizedWeight,
  signal: AbortSignal | undefined,
): Promise<number> {
  const difference = dequantizeWeight(rounded);
  const values = await weight.data();
  for (let i = 0; i < difference.length; i++)
    difference[i] = (difference[i] as number) - (values[i] as number);
  const lost = tensor2d(difference, weight.shape);
  let [error, norm] = [0, 0];
  try {
    for (let window = 0; window < path.windows; window++) {
      throwIfAborted(signal);
      const input = await path.input(window);
      const columns = transpose(input);
      input.dispose();
      try {
        error += await squaredOutput(lost, columns);
        norm += await squaredOutput(weight, columns);
      } finally {
        columns.dispose();
      }
    }
  } finally {
    lost.dispose();
  }
  return error === 0 ? 0 : error / norm;
}
