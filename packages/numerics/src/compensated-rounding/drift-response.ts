import { type BlockedOptions, blockOf, spans } from '../linear-algebra/matrix-block.js';
import { pause } from '../linear-algebra/pause.js';
import { subtractProduct as plainProduct } from '../linear-algebra/subtract-product.js';

/** Rows and columns of a triangle that are taken together, so that most of its zeros are skipped. */
const chunk = 512;

/**
 * What drifted inputs ask of later columns: P = triu₁(D Uᵀ) U (GPTAQ, arXiv 2504.02692, §3.3). Row q times
 * w_q is how columns after q make up, in the least squares of H, for w_q having met other inputs than in the
 * float model: D[q, F] H_F⁻¹ for F = {q + 1, …}.
 * @param drift D = ΔX Xᵀ, `[size, size]`, in the order of U; overwritten by P
 * @param upper U, `[size, size]`, upper triangular with H⁻¹ = Uᵀ U
 * @throws ThinkbitsError `run/aborted`
 */
export async function driftResponse(
  drift: Float32Array,
  upper: Float32Array,
  size: number,
  { subtractProduct = plainProduct, signal }: BlockedOptions = {},
): Promise<Float32Array> {
  const half = new Float32Array(size * size); // -triu₁(D Uᵀ)
  for (const [left, right] of spans(0, size, chunk)) {
    await subtractProduct(
      blockOf(half, size, [0, right], [left, right]),
      blockOf(drift, size, [0, right], [left, size]),
      blockOf(upper, size, [left, right], [left, size]),
      true,
    );
    await pause(signal);
  }
  for (let i = 0; i < size; i++) half.fill(0, i * size, i * size + i + 1);
  drift.fill(0);
  for (const [left, right] of spans(0, size, chunk)) {
    for (const [top, bottom] of spans(0, right, chunk)) {
      await subtractProduct(
        blockOf(drift, size, [top, bottom], [left, right]),
        blockOf(half, size, [top, bottom], [top, right]),
        blockOf(upper, size, [top, right], [left, right]),
        false,
      );
      await pause(signal);
    }
  }
  return drift;
}
