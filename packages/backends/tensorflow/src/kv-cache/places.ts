import type { Handle, RawTf } from '../raw/raw-tf.js';

/** What is stored of a token. */
export interface HeadShape {
  readonly kvHeads: number;
  readonly headDim: number;
}

/** Places of the tokens of some rows, all rows made as long as the longest by a place that holds zeros. */
export interface ReadPlaces {
  /** int64 `[rows · tokens]` */
  readonly indices: Handle;
  readonly rows: number;
  readonly tokens: number;
}

/** `[rows · tokens, kvHeads · n]` of some places as `[rows, kvHeads, tokens, n]`. */
export function byHead(
  raw: RawTf,
  values: Handle,
  { rows, tokens }: ReadPlaces,
  { kvHeads }: HeadShape,
): Handle {
  const width = (values.shape[1] as number) / kvHeads;
  const apart = raw.reshape(values, [rows, tokens, kvHeads, width]);
  return raw.transpose(apart, [0, 2, 1, 3]);
}
