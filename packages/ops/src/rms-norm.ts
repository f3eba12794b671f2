import { add, mean, mul, rsqrt, square, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { type FusedOp, runOp } from './fused-op.js';

type Inputs = { x: Tensor2D; weight: Tensor1D };
/** Attributes of the kernel `RmsNorm`. */
export interface RmsNormAttributes {
  readonly epsilon: number;
}

/** Definition of RMSNorm; rows are normalized over their last axis. */
export const rmsNormOp: FusedOp<Inputs, RmsNormAttributes> = {
  name: 'RmsNorm',
  compose: ({ x, weight }, { epsilon }) =>
    mul(mul(x, rsqrt(add(mean(square(x), -1, true), epsilon))), weight),
};

/**
 * Root-mean-square layer norm: y = x / √(mean(x²) + ε) · w (Zhang and Sennrich 2019).
 * @param x `[tokens, hidden]`
 * @param weight `[hidden]`
 */
export function rmsNorm(x: Tensor2D, weight: Tensor1D, epsilon: number): Tensor2D {
  return runOp(rmsNormOp, { x, weight }, { epsilon }) as Tensor2D;
}
