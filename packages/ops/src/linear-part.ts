import type { QuantizedWeight } from '@thinkbits/spec';

/** A float weight on the host, `[rows, columns]` = `[out, in]`. */
export interface FloatWeight {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/** One of the weights that read the same input. */
export type LinearPart = FloatWeight | QuantizedWeight;

/** Whether a part is held as codes. */
export const isQuantized = (part: LinearPart): part is QuantizedWeight => 'codes' in part;
