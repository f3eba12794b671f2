import {
  type KernelFunc,
  reshape,
  type Tensor2D,
  type Tensor3D,
  tensor3d,
  tidy,
} from '@tensorflow/tfjs-core';
import type { RotaryAttributes } from '@thinkbits/ops';
import { rotateHalves } from './rotate-halves.js';

/**
 * `RotaryEmbedding` on TensorFlow: the tokens' angles alone go up, where the composition uploads the table of all positions,
 * megabytes a layer, and tfjs reads the positions back to check them (tfjs.md §9).
 */
export const rotaryEmbeddingKernel: KernelFunc = ({ inputs, attrs }) => {
  const { x } = inputs as unknown as { x: Tensor2D };
  const { table, positions } = attrs as unknown as RotaryAttributes;
  const { half } = table;
  const [tokens, width] = x.shape;
  return tidy(() => {
    const rows = (values: Float32Array): Tensor3D => {
      const chosen = new Float32Array(tokens * half);
      for (let t = 0; t < tokens; t++) {
        const at = (positions[t] as number) * half;
        chosen.set(values.subarray(at, at + half), t * half);
      }
      return tensor3d(chosen, [tokens, 1, half]);
    };
    const perHead = reshape(x, [tokens, width / (2 * half), 2 * half]);
    return reshape(rotateHalves(perHead, rows(table.cosines), rows(table.sines)), [tokens, width]);
  });
};
