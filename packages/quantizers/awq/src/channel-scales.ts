import { groupSize } from '@thinkbits/numerics';
import type { FloatLinear } from './float-linear.js';

/**
 * s = max(x̄^r / (w̄^(1-r) + 1e-4), 1e-4), or max(x̄^r, 1e-4) without weight means, divided by √(max s · min s)
 * (methods.md §1.2, step 3; §9.10).
 * @param activationMean x̄, `[in]`: mean |x| of each channel
 * @param weightMean w̄, `[in]`, for duo scaling
 * @param ratio r in [0, 1)
 */
export function channelScales(
  activationMean: Float32Array,
  ratio: number,
  weightMean?: Float32Array,
): Float32Array {
  const raw = Float64Array.from(activationMean, (mean, channel) => {
    const weight = weightMean?.[channel];
    const divisor = weight === undefined ? 1 : weight ** (1 - ratio) + 1e-4;
    return Math.max(mean ** ratio / divisor, 1e-4);
  });
  let [least, largest] = [Number.POSITIVE_INFINITY, 0];
  for (const scale of raw) {
    least = Math.min(least, scale);
    largest = Math.max(largest, scale);
  }
  const middle = Math.sqrt(least * largest);
  return Float32Array.from(raw, (scale) => scale / middle);
}

/**
 * w̄, `[in]`: the mean over all rows of |w| / (the largest |w| of its group + 1e-6) (methods.md §9.10).
 * @param linears that read the same channels
 */
export function meanWeights(linears: readonly FloatLinear[]): Float32Array {
  const columns = (linears[0] as FloatLinear).linear.in;
  const sums = new Float64Array(columns);
  let rows = 0;
  for (const { linear, values, scheme } of linears) {
    const size = groupSize(columns, scheme.group);
    for (let row = 0; row < linear.out; row++) {
      for (let start = 0; start < columns; start += size) {
        const first = row * columns + start;
        const group = values.subarray(first, first + Math.min(size, columns - start));
        const peak = group.reduce((most, value) => Math.max(most, Math.abs(value)), 0) + 1e-6;
        for (const [i, value] of group.entries()) {
          sums[start + i] = (sums[start + i] as number) + Math.abs(value) / peak;
        }
      }
    }
    rows += linear.out;
  }
  return Float32Array.from(sums, (sum) => sum / rows);
}
