import { abs, max, maximum, type Tensor1D, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { ThinkbitsError, throwIfAborted } from '@thinkbits/spec';

/**
 * The largest magnitude of each column over matrices that come one by one, `[rows, columns]` each; only the running maxima
 * are kept, and the matrices stay the caller's.
 * @param subject named in the error where none comes
 * @returns `[columns]`
 * @throws ThinkbitsError `calibration/no-inputs`, `run/aborted`
 */
export async function largestOfColumns(
  matrices: AsyncIterable<Tensor2D>,
  subject: string,
  signal?: AbortSignal,
): Promise<Float32Array> {
  let largest: Tensor1D | undefined;
  try {
    throwIfAborted(signal);
    for await (const matrix of matrices) {
      throwIfAborted(signal);
      const before = largest;
      largest = tidy(() => {
        const own = max<Tensor1D>(abs(matrix), 0);
        return before ? maximum<Tensor1D>(before, own) : own;
      });
      before?.dispose();
    }
    if (!largest) {
      throw new ThinkbitsError({
        code: 'calibration/no-inputs',
        message: `There are no values of ${subject} to look at.`,
        help: 'Give calibration text of at least one window.',
        details: { subject },
      });
    }
    return new Float32Array(await largest.data<'float32'>());
  } finally {
    largest?.dispose();
  }
}
