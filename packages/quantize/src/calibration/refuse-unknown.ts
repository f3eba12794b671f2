import { ThinkbitsError } from '@thinkbits/spec';

/**
 * Refuses a window of calibration text with a token that the model does not have.
 * @throws ThinkbitsError `calibration/unknown-token`
 */
export function refuseUnknown(window: number, ids: Int32Array, vocabulary: number): void {
  const token = ids.find((id) => id < 0 || id >= vocabulary);
  if (token === undefined) return;
  throw new ThinkbitsError({
    code: 'calibration/unknown-token',
    message: `Calibration window ${window} has the token ${token}; the model has ${vocabulary}.`,
    help: 'Cut calibration text with the tokenizer of this model.',
    details: { window, token },
  });
}
