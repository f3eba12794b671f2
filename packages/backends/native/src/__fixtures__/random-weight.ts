import * as tf from '@tensorflow/tfjs-core';
import { type createRandom, dequantizeWeight } from '@thinkbits/numerics';
import { isQuantized, type LinearPart, type LinearWeight } from '@thinkbits/ops';
import type { QuantizedWeight, WeightScheme } from '@thinkbits/spec';
import { expectNear } from './expect-within.js';

type Random = ReturnType<typeof createRandom>;

/** Random codes and scales: what a product does with them does not depend on where they come from. */
export const weightsOf =
  (random: Random) =>
  (
    rows: number,
    columns: number,
    scheme: Partial<WeightScheme> & Pick<WeightScheme, 'bits'>,
    permuted = false,
  ): QuantizedWeight => {
    const full = {
      group: 'channel',
      symmetric: false,
      range: 'zero-inclusive',
      clip: 1,
      ...scheme,
    } as WeightScheme;
    const groups = typeof full.group === 'number' ? Math.ceil(columns / full.group) : 1;
    const count = 2 ** full.bits;
    const signed = full.symmetric && !full.float;
    const code = () => random.integer(count) - (signed ? count / 2 : 0);
    const codes = Array.from({ length: rows * columns }, code);
    const grid = (make: () => number) => Float32Array.from({ length: rows * groups }, make);
    return {
      rows,
      columns,
      scheme: full,
      codes: signed ? Int8Array.from(codes) : Uint8Array.from(codes),
      scales: grid(() => 0.01 + random.next()),
      ...(!full.symmetric && { zeros: grid(() => random.integer(count)) }),
      ...(permuted && {
        groupIndex: Int32Array.from({ length: columns }, () => random.integer(groups)),
      }),
    };
  };

/** x Ŵᵀ in float64, with the sum of magnitudes that rounding errors are measured by. */
export function reference(x: Float32Array, rows: number, parts: readonly LinearPart[]) {
  const out: { value: number; magnitude: number }[] = [];
  const dense = parts.map((part) => (isQuantized(part) ? dequantizeWeight(part) : part.values));
  for (let row = 0; row < rows; row++)
    for (const [at, part] of parts.entries()) {
      const weight = dense[at] as Float32Array;
      for (let o = 0; o < part.rows; o++) {
        let [value, magnitude] = [0, 0];
        for (let k = 0; k < part.columns; k++) {
          const term =
            (x[row * part.columns + k] as number) * (weight[o * part.columns + k] as number);
          value += term;
          magnitude += Math.abs(term);
        }
        out.push({ value, magnitude });
      }
    }
  return out;
}

/** x [rows, in] through the backend in use. */
export const apply = (linear: LinearWeight, x: Float32Array, rows: number): Float32Array =>
  tf.tidy(() => linear.apply(tf.tensor2d(x, [rows, linear.in])).dataSync() as Float32Array).slice();

/** Expects a product to be {@link reference}'s, to what the order of float32 sums may change. */
export function expectProduct(
  y: Float32Array,
  x: Float32Array,
  rows: number,
  parts: readonly LinearPart[],
): void {
  const wanted = reference(x, rows, parts);
  const room = wanted.map(({ magnitude }) => 3e-6 * (magnitude + 1));
  const values = wanted.map(({ value }) => value);
  expectNear(y, values, (_, i) => room[i] as number);
}
