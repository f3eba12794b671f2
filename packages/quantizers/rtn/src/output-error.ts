import * as tf from '@tensorflow/tfjs-core';

/** Measures what rounding does to a linear's output over the inputs that were seen. */
export interface OutputError {
  /** @param input `[tokens, in]`; the caller keeps it */
  observe(input: tf.Tensor2D): void;
  /**
   * ‖X(W - Ŵ)ᵀ‖² / ‖XWᵀ‖² = tr(D G Dᵀ) / tr(W G Wᵀ), with D = Ŵ - W and G = XᵀX; undefined when nothing was seen.
   * @param weight `[out, in]`
   * @param rounded `[out, in]` values
   */
  relative(weight: tf.Tensor2D, rounded: Float32Array): Promise<number | undefined>;
  dispose(): void;
}

/** Holds G, `[in, in]`, from the first input on. */
export function createOutputError(): OutputError {
  let gram: tf.Tensor2D | undefined;
  return {
    observe(input) {
      const sum: tf.Tensor2D = tf.tidy(() => {
        const product = tf.matMul<tf.Tensor2D>(input, input, true, false); // [in, in]
        return gram ? tf.add<tf.Tensor2D>(gram, product) : product;
      });
      gram?.dispose();
      gram = sum;
    },
    async relative(weight, rounded) {
      const seen = gram;
      if (!seen) return undefined;
      const norms = tf.tidy(() => {
        const difference = tf.sub<tf.Tensor2D>(tf.tensor2d(rounded, weight.shape), weight);
        return tf.stack(
          [difference, weight].map((matrix) => tf.sum(tf.mul(tf.matMul(matrix, seen), matrix))),
        );
      });
      const [error, norm] = (await norms.data()) as unknown as [number, number];
      norms.dispose();
      return error <= 0 ? 0 : error / norm;
    },
    dispose() {
      gram?.dispose();
      gram = undefined;
    },
  };
}
