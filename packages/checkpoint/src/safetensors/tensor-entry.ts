import type { Dtype } from './dtype.js';

/** Where a tensor lies and what it is. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** The file that holds it, within its {@link ByteSource}. */
  readonly file: string;
  /** First byte, counted from the start of the file. */
  readonly offset: number;
  /** Length in bytes. */
  readonly bytes: number;
}
