import { mul, sigmoid, split, type Tensor2D } from '@tensorflow/tfjs-core';
import { type FusedOp, runOp } from './fused-op.js';

/** Definition of SwiGLU over a fused gate-and-up product. */
export const swigluOp: FusedOp<{ gateUp: Tensor2D }, Record<string, never>> = {
  name: 'SwiGlu',
  compose: ({ gateUp }) => {
    const [gate, up] = split(gateUp, 2, 1) as [Tensor2D, Tensor2D]; // [tokens, intermediate] each
    return mul(mul(gate, sigmoid(gate)), up);
  },
};

/**
 * silu(gate) ∘ up (Shazeer 2020).
 * @param gateUp `[tokens, 2 · intermediate]`, gate first
 * @returns `[tokens, intermediate]`
 */
export function swiglu(gateUp: Tensor2D): Tensor2D {
  return runOp(swigluOp, { gateUp }, {}) as Tensor2D;
}
