import { checkLength } from './grid.js';

/**
 * ‖a - b‖² / ‖b‖² in float64; 0 where both are all zero.
 * @param a the estimate
 * @param b the reference, of the same length
 * @throws ThinkbitsError `numerics/length`
 */
export function relativeSquaredError(a: Float32Array, b: Float32Array): number {
  checkLength('The estimate', a.length, b.length);
  let error = 0;
  let norm = 0;
  for (let i = 0; i < b.length; i++) {
    const reference = b[i] as number;
    const difference = (a[i] as number) - reference;
    error += difference * difference;
    norm += reference * reference;
  }
  return error === 0 ? 0 : error / norm;
}
