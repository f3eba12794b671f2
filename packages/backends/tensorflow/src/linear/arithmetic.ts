import type { ComputeType } from '@thinkbits/spec';
import { type DataType, dataType } from '../raw/data-type.js';
import type { Handle, RawTf } from '../raw/raw-tf.js';
import { paddedRows } from './padded-rows.js';

/** How x `[tokens, in]` is multiplied with weights `[out, in]`, both sides float32 to those who call. */
export interface Arithmetic {
  /** Element type that weights are multiplied in, and held in where they are no codes. */
  readonly type: DataType;
  /** x as {@link product} reads it, once for all weights that read it. */
  input(raw: RawTf, x: Handle): Handle;
  /** The outputs of some weights `[out, in]`, in float32: a row for each of the input’s. */
  product(raw: RawTf, input: Handle, weight: Handle): Handle;
  /** Those outputs that belong to x: `[tokens, out]`. */
  output(raw: RawTf, outputs: Handle, tokens: number): Handle;
}

const rowsOf = ({ shape }: Handle): number => shape[0] as number;

/** {@link Arithmetic.product} with weights that are in float32: rounded once, after their scales, as those that are held expanded. */
export function productWithExpanded(
  raw: RawTf,
  { type, product }: Arithmetic,
  input: Handle,
  weight: Handle,
): Handle {
  return product(raw, input, weight.dtype === type ? weight : raw.cast(weight, type));
}

/** An arithmetic for each that a user can ask for. */
export const arithmetics: { readonly [Type in ComputeType]: Arithmetic } = {
  f32: {
    type: dataType.float,
    input: (_, x) => x,
    product: (raw, input, weight) => raw.matMulTransposed(input, weight),
    output: (_, outputs) => outputs,
  },
  // XLA's product leaves sums in float32, where TensorFlow's MatMul rounds them to bfloat16. It is compiled once for each shape.
  bf16: {
    type: dataType.bfloat16,
    input: (raw, x) =>
      raw.cast(raw.padRows(x, paddedRows(rowsOf(x)) - rowsOf(x)), dataType.bfloat16),
    product: (raw, input, weight) => raw.dotTransposed(input, weight, dataType.float),
    output: (raw, outputs, tokens) =>
      rowsOf(outputs) === tokens
        ? outputs
        : raw.crop(outputs, [tokens, outputs.shape[1] as number]),
  },
};
