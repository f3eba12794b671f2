import { add, keep, matMul, sub, type Tensor2D, tidy, transpose } from '@tensorflow/tfjs-core';

/** Σ AᵀB over batches, `[in, in]`, kept on the backend in float32. */
export interface ProductSum {
  /** Adds AᵀB of `[tokens, in]` each; the caller keeps both. */
  add(a: Tensor2D, b: Tensor2D): void;
  /** `factor` times the sum, on the host; undefined before the first batch. */
  read(factor: number): Promise<Float32Array | undefined>;
  dispose(): void;
}

/** Holds nothing until the first batch. */
export function createProductSum(): ProductSum {
  let sum: Tensor2D | undefined;
  return {
    add(a, b) {
      const next: Tensor2D = tidy(() => {
        // the WebAssembly backend is thirty times slower at a product that transposes by itself
        const product = matMul<Tensor2D>(transpose<Tensor2D>(a), b); // [in, in]
        return sum ? add<Tensor2D>(sum, product) : product;
      });
      sum?.dispose();
      sum = keep(next); // also where the caller tidies
    },
    async read(factor) {
      const values = (await sum?.data()) as Float32Array | undefined;
      return values?.map((value) => factor * value);
    },
    dispose() {
      sum?.dispose();
      sum = undefined;
    },
  };
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
  /** @param input `[tokens, in]`; the caller keeps the tensors */
  observe(input: Tensor2D, floatInput?: Tensor2D): void;
  /** Hands over what was seen and frees the tensors; undefined when nothing was. */
  take(): Promise<InputStatistics | undefined>;
  dispose(): void;
}

/** Keeps one matrix on the backend, two once float inputs are observed. */
export function observeInputs(): InputObserver {
  const moments = createProductSum();
  const drifts = createProductSum();
  let batches = 0;
  const dispose = () => {
    moments.dispose();
    drifts.dispose();
  };
  return {
    observe(input, floatInput) {
      batches++;
      moments.add(input, input);
      if (!floatInput) return;
      tidy(() => drifts.add(sub<Tensor2D>(floatInput, input), input));
    },
    async take() {
      try {
        const hessian = await moments.read(2 / batches);
        const drift = await drifts.read(2 / batches);
        return hessian && { hessian, ...(drift && { drift }) };
      } finally {
        dispose();
      }
    },
    dispose,
  };
}
