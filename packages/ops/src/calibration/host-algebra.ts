import { getBackend, type Tensor2D } from '@tensorflow/tfjs-core';
import type { SubtractProduct } from '@thinkbits/numerics';

/** Products into matrices on the host, in place: what a backend whose tensors are host memory does without copies. */
export interface HostAlgebra {
  /** sum `[size, size]` += XᵀX right of the diagonal and on it; x is `[tokens, size]`. */
  addGram(x: Tensor2D, sum: Float32Array): void;
  readonly subtractProduct: SubtractProduct;
}

const byBackend = new Map<string, HostAlgebra>();

/** Registers what a backend offers; it replaces an earlier registration. */
export function installHostAlgebra(backendName: string, algebra: HostAlgebra): void {
  byBackend.set(backendName, algebra);
}

/** What the active backend offers, if anything. */
export const hostAlgebra = (): HostAlgebra | undefined => byBackend.get(getBackend());
