import { matMul, slice, sub, type Tensor2D, tidy, transpose } from '@tensorflow/tfjs-core';
import { spans } from '@thinkbits/numerics';
import { hostAlgebra } from './host-algebra.js';

/** Σ AᵀB over batches, `[in, in]`, kept on the host in float32. */
export interface ProductSum {
  /** Adds AᵀB of `[tokens, in]` each; the caller keeps both, alive until the promise settles. */
  add(a: Tensor2D, b: Tensor2D): Promise<void>;
  /** Scales the sum by a factor and hands it over; undefined before the first batch. */
  take(factor: number): Float32Array | undefined;
  dispose(): void;
}

/** Rows of a product that are on the backend at a time: what it holds is `[512, in]`, not `[in, in]`. */
const productRows = 512;

/**
 * Holds nothing until the first batch, then one matrix: the largest of a decoder layer is several times the layer's
 * weights, and the memory of the WebAssembly backend never shrinks. Of AᵀA only what lies right of the diagonal is computed.
 */
export function createProductSum(): ProductSum {
  let sum: Float32Array | undefined;
  let size = 0;
  let symmetric = true;

  async function addRows(left: Tensor2D, b: Tensor2D, top: number, bottom: number) {
    const from = symmetric ? top : 0;
    const product = tidy(() =>
      matMul<Tensor2D>(
        slice(left, [top, 0], [bottom - top, b.shape[0]]),
        slice(b, [0, from], [b.shape[0], size - from]),
      ),
    );
    const values = await product.data();
    product.dispose();
    const width = size - from;
    for (let row = top; row < bottom; row++) {
      const target = (sum as Float32Array).subarray(row * size + from, (row + 1) * size);
      const start = (row - top) * width;
      for (let j = 0; j < width; j++)
        target[j] = (target[j] as number) + (values[start + j] as number);
    }
  }

  return {
    async add(a, b) {
      size = a.shape[1];
      symmetric = a === b;
      const algebra = symmetric ? hostAlgebra() : undefined;
      sum ??= algebra?.allocate(size * size) ?? new Float32Array(size * size);
      if (algebra) {
        algebra.addGram(a, sum);
        return;
      }
      // the WebAssembly backend is thirty times slower at a product that transposes by itself
      const left = transpose<Tensor2D>(a); // [in, tokens]
      try {
        for (const [top, bottom] of spans(0, size, productRows))
          await addRows(left, b, top, bottom);
      } finally {
        left.dispose();
      }
    },
    take(factor) {
      const taken = sum;
      sum = undefined;
      if (!taken) return undefined;
      const algebra = symmetric ? hostAlgebra() : undefined;
      if (algebra) {
        algebra.mirrorScaled(taken, size, factor);
        return taken;
      }
      for (let i = 0; i < taken.length; i++) taken[i] = factor * (taken[i] as number);
      if (symmetric) mirror(taken, size);
      return taken;
    },
    dispose() {
      sum = undefined;
    },
  };
}

/** Copies what lies right of the diagonal to its left. */
function mirror(matrix: Float32Array, size: number): void {
  for (let row = 1; row < size; row++)
    for (let column = 0; column < row; column++)
      matrix[row * size + column] = matrix[column * size + row] as number;
}

/**
 * What rounding with error feedback learns from calibration inputs, as GPTQ scales it: 2/n Σ over n batches.
 */
export interface InputStatistics {
  /** 2/n Σ XXᵀ, `[in, in]`. */
  readonly hessian: Float32Array;
  /** 2/n Σ (X̃ - X)Xᵀ, `[in, in]`, X̃ the float model's inputs; where those were observed. */
  readonly drift?: Float32Array;
}

/** Gathers {@link InputStatistics}, batch by batch. */
export interface InputObserver {
  /** @param input `[tokens, in]`; the caller keeps the tensors, alive until the promise settles */
  observe(input: Tensor2D, floatInput?: Tensor2D): Promise<void>;
  /** Hands over what was seen; undefined when nothing was. */
  take(): InputStatistics | undefined;
  dispose(): void;
}

/** Keeps one matrix on the host, two once float inputs are observed. */
export function observeInputs(): InputObserver {
  const moments = createProductSum();
  const drifts = createProductSum();
  let batches = 0;
  return {
    async observe(input, floatInput) {
      batches++;
      await moments.add(input, input);
      if (!floatInput) return;
      const drift = sub<Tensor2D>(floatInput, input);
      try {
        await drifts.add(drift, input);
      } finally {
        drift.dispose();
      }
    },
    take() {
      const hessian = moments.take(2 / batches);
      const drift = drifts.take(2 / batches);
      return hessian && { hessian, ...(drift && { drift }) };
    },
    dispose() {
      moments.dispose();
      drifts.dispose();
    },
  };
}
