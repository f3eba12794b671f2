import { type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import { hadamardTransform } from '@thinkbits/numerics';
import { type FusedOp, runOp } from './fused-op.js';

/** Attributes of the kernel `HadamardTransform`. */
export interface HadamardAttributes {
  /** Channels that are mixed; the width of x is a multiple. */
  readonly size: number;
  /** Whether the transpose is applied, which is the inverse. */
  readonly transposed: boolean;
}

/** Definition of the Hadamard transform: on the host, in float64, where n log n beats a product's n². */
export const hadamardOp: FusedOp<{ x: Tensor2D }, HadamardAttributes> = {
  name: 'HadamardTransform',
  compose: ({ x }, { size, transposed }) =>
    tensor2d(
      hadamardTransform(x.dataSync() as Float32Array, x.size / size, size, { transposed }),
      x.shape,
    ),
};

/**
 * y = H x / √n for every `size` consecutive channels (QuaRot, arXiv 2404.00456; methods.md §1.5, step 4).
 * @throws ThinkbitsError `hadamard/no-order`
 */
export function hadamard(x: Tensor2D, attributes: HadamardAttributes): Tensor2D {
  return runOp(hadamardOp, { x }, attributes) as Tensor2D;
}
