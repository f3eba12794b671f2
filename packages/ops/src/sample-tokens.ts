import { type Tensor2D, tensor1d } from '@tensorflow/tfjs-core';
import { type FusedOp, runOp } from './fused-op.js';
import { sampleToken, type TokenChoice } from './sample-token.js';

/** Attributes of the kernel `SampleTokens`. */
export interface SampleTokensAttributes {
  /** One a row. */
  readonly choices: readonly TokenChoice[];
}

/** Definition of sampling: {@link sampleToken}, row by row. */
export const sampleTokensOp: FusedOp<{ logits: Tensor2D }, SampleTokensAttributes> = {
  name: 'SampleTokens',
  compose: ({ logits }, { choices }) => {
    const [, vocabulary] = logits.shape;
    const values = logits.dataSync() as Float32Array;
    const ids = choices.map((choice, row) =>
      sampleToken(values.subarray(row * vocabulary, (row + 1) * vocabulary), choice),
    );
    return tensor1d(ids, 'int32');
  },
};

/**
 * The next token of every row, and nothing else, leaves the backend.
 * @param logits `[rows, vocabulary]`
 * @returns `[rows]` ids
 */
export function sampleTokens(logits: Tensor2D, choices: readonly TokenChoice[]): Int32Array {
  const ids = runOp(sampleTokensOp, { logits }, { choices });
  const values = ids.dataSync() as Int32Array;
  ids.dispose();
  return values;
}
