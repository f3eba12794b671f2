import { dataType } from '../raw/data-type.js';
import type { Handle, RawTf } from '../raw/raw-tf.js';
import { paddedRows } from './padded-rows.js';

/** Activations as x̂ = scale · (codes - shift), one scale a token. */
export interface RoundedInput {
  /** `[tokens, in]`: whole numbers in float32, -128 … 127. */
  readonly codes: Handle;
  /** `[tokens, 1]` */
  readonly scale: Handle;
  /** `[tokens, 1]`, absent where it is 0. */
  readonly shift?: Handle;
  /** Σ codes, `[tokens, 1]`. */
  readonly sums: Handle;
}

/** Weights as ŵ = scale · (codes - shift), one scale a row. */
export interface IntegerRows {
  /** int8 `[rows, in]` */
  readonly codes: Handle;
  /** `[rows, 1]` */
  readonly scales: Handle;
  /** `[rows, 1]`, absent where it is 0. */
  readonly shift?: Handle;
  /** Σ (codes - shift), `[rows, 1]`. */
  readonly sums: Handle;
}

/** The codes of x as XLA multiplies them: int8, with rows of zeros up to a size that is compiled already. */
export function integerInput(raw: RawTf, { codes }: RoundedInput): Handle {
  const tokens = codes.shape[0] as number;
  return raw.cast(raw.padRows(codes, paddedRows(tokens) - tokens), dataType.int8);
}

/**
 * x̂ ŵᵀ / x’s scales, `[tokens, rows]`. With c codes and s shifts of x, d and t of a weight’s row,
 * Σ (c - s)(d - t) = Σ c d - t Σ c - s Σ (d - t), of which the first sum is in integers, hence exact.
 * @param input of {@link integerInput}
 */
export function integerProduct(
  raw: RawTf,
  x: RoundedInput,
  input: Handle,
  weight: IntegerRows,
): Handle {
  const tokens = x.codes.shape[0] as number;
  const rows = weight.codes.shape[0] as number;
  const across = (perRow: Handle) => raw.reshape(perRow, [1, rows]);
  const padded = raw.cast(raw.dotTransposed(input, weight.codes, dataType.int32), dataType.float);
  let sum = padded.shape[0] === tokens ? padded : raw.crop(padded, [tokens, rows]);
  if (weight.shift) sum = raw.subtract(sum, raw.multiply(x.sums, across(weight.shift)));
  if (x.shift) sum = raw.subtract(sum, raw.multiply(x.shift, across(weight.sums)));
  return raw.multiply(sum, across(weight.scales));
}
