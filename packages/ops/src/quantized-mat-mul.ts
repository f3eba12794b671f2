import {
  engine,
  getBackend,
  type KernelBackend,
  type Tensor2D,
  type TensorInfo,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import type { QuantizedWeight } from '@thinkbits/spec';
import { hasKernel, installKernel } from './fused-op.js';

/** Quantized weights that share an input, in the form that a backend multiplies with. */
export interface HeldWeights {
  /** What they take, on the device and on the host together. */
  readonly bytes: number;
  dispose(): void;
}

/**
 * A backend's product with weights that stay packed, x Ŵᵀ: the outputs of all weights side by side. It equals the product with
 * the dequantized weights to float rounding, which is its definition.
 */
export interface QuantizedMatMul<Held extends HeldWeights> {
  /**
   * Takes codes over, once; nothing of the host's arrays need be kept.
   * @returns undefined where there is no form for these codes: they are expanded
   */
  hold(weights: readonly QuantizedWeight[]): Held | undefined;
  /** x `[tokens, in]` → `[tokens, Σ out]`. */
  multiply(x: TensorInfo, held: Held, backend: KernelBackend): TensorInfo;
}

const kernelName = 'QuantizedMatMul';
const products = new Map<string, QuantizedMatMul<HeldWeights>>();

/** Registers a backend's kernel `QuantizedMatMul`, replacing an earlier one. */
export function installQuantizedMatMul<Held extends HeldWeights>(
  backendName: string,
  product: QuantizedMatMul<Held>,
): void {
  products.set(backendName, product as unknown as QuantizedMatMul<HeldWeights>);
  installKernel(kernelName, backendName, ({ inputs, backend, attrs }) =>
    product.multiply(
      inputs.x as TensorInfo,
      (attrs as unknown as { held: Held }).held,
      backend as KernelBackend,
    ),
  );
}

/** Takes a backend's kernel away: weights that are loaded from then on are expanded. */
export function removeQuantizedMatMul(backendName: string): void {
  if (products.delete(backendName)) unregisterKernel(kernelName, backendName);
}

/** Weights as the active backend holds them packed; undefined where it has no kernel, or none for these codes. */
export function holdWeights(weights: readonly QuantizedWeight[]): HeldWeights | undefined {
  return hasKernel(kernelName) ? products.get(getBackend())?.hold(weights) : undefined;
}

/** x `[tokens, in]` times weights that {@link holdWeights} gave, `[tokens, Σ out]`. */
export function multiplyHeld(x: Tensor2D, held: HeldWeights): Tensor2D {
  return engine().runKernel(kernelName, { x }, { held } as never) as Tensor2D;
}
