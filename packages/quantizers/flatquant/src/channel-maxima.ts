import { abs, max, maximum, type Tensor1D, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import type { BlockView } from '@thinkbits/spec';
import type { FrozenLayer } from './frozen-layer.js';
import type { Role } from './layer-shape.js';
import type { ChannelMaxima } from './parameters.js';

/** The largest magnitude of each column over matrices, on the host; every matrix is left to its owner. */
async function columnMaxima(
  matrices: Iterable<Tensor2D> | AsyncIterable<Tensor2D>,
): Promise<Float32Array> {
  let largest: Tensor1D | undefined;
  try {
    for await (const matrix of matrices) {
      const next = tidy(() => {
        const own = max(abs(matrix), 0) as Tensor1D;
        return largest ? (maximum(largest, own) as Tensor1D) : own;
      });
      largest?.dispose();
      largest = next;
    }
    return new Float32Array((await largest?.data()) as Float32Array);
  } finally {
    largest?.dispose();
  }
}

/** The maxima of a group of linears' columns and inputs, over all calibration windows of the float layer. */
export async function channelMaxima(
  view: BlockView,
  layer: FrozenLayer,
  stage: number,
): Promise<ChannelMaxima> {
  const { roles } = layer.shape.inputs[stage] as { readonly roles: readonly Role[] };
  return {
    weights: await columnMaxima(roles.map((role) => layer.weights.get(role) as Tensor2D)),
    inputs: await columnMaxima(view.inputs(stage)),
  };
}
