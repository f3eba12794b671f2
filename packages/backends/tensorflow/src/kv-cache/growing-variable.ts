import { dataType } from '../raw/data-type.js';
import type { Handle, RawTf } from '../raw/raw-tf.js';

/** Element types of what is stored. */
type StoredType = typeof dataType.uint8 | typeof dataType.float;

/**
 * Rows of numbers in device memory, written in place and read by number. It grows to what is asked of it; rows that nothing
 * was written to are zeros.
 */
export class GrowingVariable {
  private rows = 0;
  private readonly variable: Handle;
  private readonly raw: RawTf;
  private readonly dtype: StoredType;
  private readonly width: number;

  /** @param width elements of a row */
  constructor(raw: RawTf, dtype: StoredType, width: number) {
    this.raw = raw;
    this.dtype = dtype;
    this.width = width;
    this.variable = raw.variable(dtype, width);
  }

  /** Bytes on the device. */
  get bytes(): number {
    return this.rows * this.width * (this.dtype === dataType.float ? 4 : 1);
  }

  /** Room for so many rows, in steps of half of what is there: growing copies, and must be rare. */
  reserve(rows: number): void {
    if (rows <= this.rows) return;
    const { raw, variable, dtype, width } = this;
    const wanted = Math.max(rows, Math.ceil(1.5 * this.rows));
    const more = (wanted - this.rows) * width;
    raw.scope(() => {
      const shape = [wanted - this.rows, width];
      const zeros =
        dtype === dataType.float
          ? raw.upload(dtype, shape, new Float32Array(more))
          : raw.upload(dtype, shape, new Uint8Array(more));
      const all = this.rows > 0 ? raw.concat([raw.readVariable(variable, dtype), zeros], 0) : zeros;
      raw.assign(variable, all);
    });
    this.rows = wanted;
  }

  /** Writes rows; room for them was reserved. @param values `[indices, width]` */
  write(indices: Handle, values: Handle): void {
    this.raw.scatterRows(this.variable, indices, values);
  }

  /** `[indices, width]` */
  read(indices: Handle): Handle {
    return this.raw.gatherRows(this.variable, this.dtype, indices);
  }

  dispose(): void {
    this.raw.free(this.variable);
  }
}
