import {
  concat,
  engine,
  matMul,
  type NamedTensorMap,
  type Tensor2D,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { hasKernel } from './fused-op.js';

/** The kernel of {@link joinedProduct}: inputs `x` and `weight0`, `weight1`, … in the order of their outputs. */
export const joinedProductName = 'JoinedProduct';

/**
 * x · [W₁; W₂; …]ᵀ: what weights that read the same input give, side by side. A backend with the kernel `JoinedProduct`
 * does it in one call.
 * @param x `[tokens, in]`
 * @param weights `[out, in]` each, at least one
 * @returns `[tokens, Σ out]`
 */
export function joinedProduct(x: Tensor2D, weights: readonly Tensor2D[]): Tensor2D {
  if (hasKernel(joinedProductName)) {
    const inputs: NamedTensorMap = { x };
    for (const [i, weight] of weights.entries()) inputs[`weight${i}`] = weight;
    return engine().runKernel(joinedProductName, inputs) as Tensor2D;
  }
  return tidy(() => {
    // W · xᵀ: the WebAssembly backend keeps a second copy of a product's right side
    const columns = transpose(x);
    const parts = weights.map((weight) => transpose<Tensor2D>(matMul<Tensor2D>(weight, columns)));
    return parts.length === 1 ? (parts[0] as Tensor2D) : concat(parts, 1);
  });
}
