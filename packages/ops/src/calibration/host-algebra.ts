import { getBackend, type Tensor2D } from '@tensorflow/tfjs-core';
import type {
  BlockKernels,
  FactorPanel,
  MatrixKernels,
  QuadraticTrace,
  ReorderSquare,
  SolveRows,
  SubtractProduct,
} from '@thinkbits/numerics';

/**
 * Linear algebra on host arrays, in place: what a backend whose tensors are host memory does without copies. Only products
 * may differ from plain loops, in the order of their sums; everything else gives their bits.
 */
export interface HostAlgebra {
  /** sum `[size, size]` += XᵀX right of the diagonal and on it; x is `[tokens, size]`. */
  addGram(x: Tensor2D, sum: Float32Array): void;
  readonly subtractProduct: SubtractProduct;
  readonly factorPanel: FactorPanel;
  readonly solveRows: SolveRows;
  readonly blockKernels: BlockKernels;
  readonly quadraticTrace: QuadraticTrace;
  /** Multiplies what lies right of the diagonal and on it by a factor, and puts the same left of it. */
  mirrorScaled(matrix: Float32Array, size: number, factor: number): void;
  readonly reorderSquare: ReorderSquare;
  /** Zeros in memory that is fast to fill: fresh pages of a large matrix cost more than what is computed. */
  allocate(length: number): Float32Array;
  /** Copies an array into one of its length, and says whether no value is NaN or infinite. */
  copyFinite(from: Float32Array, to: Float32Array): boolean;
}

const byBackend = new Map<string, HostAlgebra>();

/** Registers what a backend offers; it replaces an earlier registration. */
export function installHostAlgebra(backendName: string, algebra: HostAlgebra): void {
  byBackend.set(backendName, algebra);
}

/** What the active backend offers, if anything. */
export const hostAlgebra = (): HostAlgebra | undefined => byBackend.get(getBackend());

/** What the active backend does of blocked algorithms besides products; nothing where it has no algebra of its own. */
export function backendKernels(): Omit<MatrixKernels, 'subtractProduct'> & {
  readonly blockKernels?: BlockKernels;
} {
  const algebra = hostAlgebra();
  if (!algebra) return {};
  const { factorPanel, solveRows, quadraticTrace, reorderSquare, blockKernels } = algebra;
  return { factorPanel, solveRows, quadraticTrace, reorderSquare, blockKernels };
}
