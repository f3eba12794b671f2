import {
  engine,
  getBackend,
  type KernelBackend,
  type Tensor2D,
  type TensorInfo,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { hasKernel, installKernel } from './fused-op.js';
import type { LinearPart } from './linear-part.js';
import type { QuantizeActivationsAttributes } from './quantize-activations.js';

/** Weights that share an input, in the form that a backend multiplies with. */
export interface HeldWeights {
  /** What they take, on the device and on the host together. */
  readonly bytes: number;
  /** Whether the backend's `multiplyRounded` serves these weights and activations rounded so; absent = never. */
  rounds?(rounding: QuantizeActivationsAttributes): boolean;
  dispose(): void;
}

/**
 * A backend's own product with the weights of linears, x Ŵᵀ: the outputs of all weights side by side. It equals the product
 * with the dequantized weights to float rounding, which is its definition.
 */
export interface LinearProduct<Held extends HeldWeights> {
  /**
   * Takes weights over, once; nothing of the host's arrays need be kept.
   * @param manyRows whether they are multiplied with hundreds of rows at a time alone: speed then counts more than what they take
   * @returns undefined where there is no form for these: codes are expanded, and floats multiplied as a tensor
   */
  hold(parts: readonly LinearPart[], manyRows: boolean): Held | undefined;
  /** x `[tokens, in]` → `[tokens, Σ out]`. */
  multiply(x: TensorInfo, held: Held, backend: KernelBackend): TensorInfo;
  /**
   * {@link multiply} of x rounded as `QuantizeActivations` rounds it, in integers: the same codes, hence the same result to the
   * order of float sums. Called for weights alone that say so ({@link HeldWeights.rounds}).
   */
  multiplyRounded?(
    x: TensorInfo,
    held: Held,
    rounding: QuantizeActivationsAttributes,
    backend: KernelBackend,
  ): TensorInfo;
}

/** Attributes of the kernel `LinearProduct`. */
interface LinearProductAttributes<Held> {
  readonly held: Held;
  /** Of the input, in integers. */
  readonly rounding?: QuantizeActivationsAttributes;
}

/** The name that backends' kernels are registered under. */
export const linearProductKernel = 'LinearProduct';
const products = new Map<string, LinearProduct<HeldWeights>>();

/** Registers a backend's kernel `LinearProduct`, replacing an earlier one. */
export function installLinearProduct<Held extends HeldWeights>(
  backendName: string,
  product: LinearProduct<Held>,
): void {
  products.set(backendName, product as unknown as LinearProduct<HeldWeights>);
  installKernel(linearProductKernel, backendName, ({ inputs, backend, attrs }) => {
    const { held, rounding } = attrs as unknown as LinearProductAttributes<Held>;
    const x = inputs.x as TensorInfo;
    return rounding && product.multiplyRounded
      ? product.multiplyRounded(x, held, rounding, backend as KernelBackend)
      : product.multiply(x, held, backend as KernelBackend);
  });
}

/** Takes a backend's kernel away: weights that are loaded from then on are held as tensors. */
export function removeLinearProduct(backendName: string): void {
  if (products.delete(backendName)) unregisterKernel(linearProductKernel, backendName);
}

/** Weights as the active backend holds them; undefined where it has no kernel, or none for these. */
export function holdWeights(
  parts: readonly LinearPart[],
  manyRows: boolean,
): HeldWeights | undefined {
  return hasKernel(linearProductKernel)
    ? products.get(getBackend())?.hold(parts, manyRows)
    : undefined;
}

/**
 * x `[tokens, in]` times weights that {@link holdWeights} gave, `[tokens, Σ out]`.
 * @param rounding of x, in integers; only where the weights say that they do that
 */
export function multiplyHeld(
  x: Tensor2D,
  held: HeldWeights,
  rounding?: QuantizeActivationsAttributes,
): Tensor2D {
  return engine().runKernel(linearProductKernel, { x }, { held, rounding } as never) as Tensor2D;
}
