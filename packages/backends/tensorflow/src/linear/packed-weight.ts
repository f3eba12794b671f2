import { groupSize } from '@thinkbits/numerics';
import type { QuantizedWeight } from '@thinkbits/spec';
import { dataType } from '../raw/data-type.js';
import type { Handle, RawTf } from '../raw/raw-tf.js';
import { unpackSlots } from '../raw/unpack-slots.js';
import { type Arithmetic, productWithExpanded } from './arithmetic.js';
import { offsetOf, packPlanes } from './pack-planes.js';
import { rowBlocks } from './row-blocks.js';

/** Consecutive rows of a weight, packed. */
interface Block {
  readonly rows: number;
  /** uint8 `[rows, width]`, see {@link packPlanes}. */
  readonly codes: Handle;
  readonly slot: number;
  /** `[rows, groups]` */
  readonly scales: Handle;
  /** `[rows, groups]`, or a scalar, or absent where it would be 0: what is subtracted from a slot. */
  readonly shift?: Handle;
}

/** Whether there is a packed form for these codes: integers; floats of few bits are looked up, which GPUs lack for 8 bits. */
export const canHoldPacked = ({ scheme }: QuantizedWeight): boolean => scheme.float === undefined;

/**
 * One quantized weight in device memory: packed codes, scales and zeros. A product unpacks a block of rows, multiplies with it
 * and lets it go.
 */
export class PackedWeight {
  /** Bytes on the device. */
  readonly bytes: number;
  private readonly blocks: Block[] = [];
  private readonly columns: number;
  /** Columns of a group, where groups are consecutive and equally long. */
  private readonly size: number;
  /** int64 `[columns]`, the group of each column, where they are not. */
  private readonly index: Handle | undefined;

  private readonly raw: RawTf;
  private readonly arithmetic: Arithmetic;

  constructor(raw: RawTf, weight: QuantizedWeight, arithmetic: Arithmetic) {
    this.raw = raw;
    this.arithmetic = arithmetic;
    const { rows, columns, scheme, scales, zeros, groupIndex } = weight;
    const groups = scales.length / Math.max(1, rows);
    this.columns = columns;
    this.size = groupSize(columns, scheme.group);
    let bytes = 0;
    if (groupIndex || (groups > 1 && columns % this.size !== 0)) {
      const group =
        groupIndex ?? Int32Array.from({ length: columns }, (_, c) => Math.floor(c / this.size));
      this.index = raw.indices(group);
      bytes += 8 * columns;
    }
    const offset = offsetOf(scheme);
    for (const { first, count } of rowBlocks(rows, columns)) {
      const { bytes: packed, width, slot } = packPlanes(weight, first, count);
      const parameters = (values: Float32Array) =>
        raw.upload(dataType.float, [count, groups], values);
      const part = (values: Float32Array) => values.slice(first * groups, (first + count) * groups);
      const codes = raw.upload(dataType.uint8, [count, width], packed);
      const shift = zeros
        ? parameters(part(zeros).map((zero) => zero + offset))
        : offset > 0
          ? raw.scalar(offset)
          : undefined;
      this.blocks.push({
        rows: count,
        codes,
        slot,
        scales: parameters(part(scales)),
        ...(shift && { shift }),
      });
      bytes += packed.length + 4 * count * groups + (zeros ? 4 * count * groups : shift ? 4 : 0);
    }
    this.bytes = bytes;
  }

  /**
   * What the arithmetic reads of x, `[rows, columns]`, times each block’s rows: pieces `[rows, rows of the block]`, side by side
   * the outputs.
   */
  products(input: Handle): Handle[] {
    const { raw, arithmetic } = this;
    return this.blocks.map((block) =>
      raw.scope(() => productWithExpanded(raw, arithmetic, input, this.expand(block))),
    );
  }

  dispose(): void {
    for (const { codes, scales, shift } of this.blocks.splice(0))
      this.raw.free(codes, scales, ...(shift ? [shift] : []));
    if (this.index) this.raw.free(this.index);
  }

  /** scale · (slot - shift), `[rows, columns]` in float32. */
  private expand(block: Block): Handle {
    const { raw, columns, size, index } = this;
    const { rows } = block;
    const levels = this.slots(block); // [rows, columns]
    const [, groups] = block.scales.shape as [number, number];
    if (index || groups === 1) {
      const spread = (x: Handle) => (index ? raw.gatherColumns(x, index) : x); // [rows, columns] or [rows, 1]
      const perGroup = block.shift && block.shift.shape.length > 0;
      const shift = block.shift && (perGroup ? spread(block.shift) : block.shift);
      return raw.multiply(shift ? raw.subtract(levels, shift) : levels, spread(block.scales));
    }
    const grouped = raw.reshape(levels, [rows, groups, size]);
    const along = (x: Handle) => raw.reshape(x, [rows, groups, 1]);
    const shift = block.shift?.shape.length ? along(block.shift) : block.shift;
    const centred = shift ? raw.subtract(grouped, shift) : grouped;
    return raw.reshape(raw.multiply(centred, along(block.scales)), [rows, columns]);
  }

  /** The slots of a block as numbers, `[rows, columns]` in float32. */
  private slots({ codes, slot, rows }: Block): Handle {
    const { raw, columns } = this;
    const all = unpackSlots(raw, codes, slot); // [rows, slots · width]
    const numbers = raw.cast(all, dataType.float);
    // Cropped as floats: on the GPU Slice has no kernel for uint8.
    return all.shape[1] === columns ? numbers : raw.crop(numbers, [rows, columns]);
  }
}
