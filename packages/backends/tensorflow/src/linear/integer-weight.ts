import type { QuantizedWeight } from '@thinkbits/spec';
import { dataType } from '../raw/data-type.js';
import type { Handle, RawTf } from '../raw/raw-tf.js';
import { type Arithmetic, productWithExpanded } from './arithmetic.js';
import { type IntegerRows, integerProduct, type RoundedInput } from './integer-product.js';
import { slotOf } from './pack-planes.js';
import { rowBlocks } from './row-blocks.js';

/** Whether a row's product is one sum of int8: codes that take a byte, and one scale for all columns. */
export const canHoldIntegers = ({ rows, scheme, scales }: QuantizedWeight): boolean =>
  slotOf(scheme.bits) === 8 && scales.length === rows;

/** A weight of which codes are held as int8; unsigned ones and their zeros lie 128 lower, which changes no difference. */
export class IntegerWeight {
  /** Bytes on the device. */
  readonly bytes: number;
  private readonly blocks: IntegerRows[];
  private readonly raw: RawTf;
  private readonly arithmetic: Arithmetic;

  constructor(raw: RawTf, weight: QuantizedWeight, arithmetic: Arithmetic) {
    this.raw = raw;
    this.arithmetic = arithmetic;
    const { rows, columns, zeros } = weight;
    this.blocks = rowBlocks(rows, columns).map(({ first, count }) =>
      this.upload(weight, first, count),
    );
    this.bytes = rows * (columns + (zeros ? 12 : 8));
  }

  /** As {@link PackedWeight.products}. */
  products(input: Handle): Handle[] {
    const { raw, arithmetic } = this;
    return this.blocks.map(({ codes, scales, shift }) =>
      raw.scope(() => {
        const levels = raw.cast(codes, dataType.float);
        const expanded = raw.multiply(shift ? raw.subtract(levels, shift) : levels, scales);
        return productWithExpanded(raw, arithmetic, input, expanded);
      }),
    );
  }

  /** Pieces `[tokens, rows of the block]` of the product with rounded activations, before their scales. */
  roundedProducts(x: RoundedInput, input: Handle): Handle[] {
    return this.blocks.map((block) =>
      this.raw.scope(() => integerProduct(this.raw, x, input, block)),
    );
  }

  dispose(): void {
    for (const { codes, scales, shift, sums } of this.blocks.splice(0))
      this.raw.free(codes, scales, sums, ...(shift ? [shift] : []));
  }

  private upload(
    { codes, columns, scheme, scales, zeros }: QuantizedWeight,
    first: number,
    count: number,
  ): IntegerRows {
    const { raw } = this;
    const base = scheme.symmetric ? 0 : -128;
    const own = codes.subarray(first * columns, (first + count) * columns);
    const bytes = Uint8Array.from(own, (code) => code + base); // modulo 256: two's complement
    const shifts = zeros?.slice(first, first + count).map((zero) => zero + base);
    const sums = Float32Array.from({ length: count }, (_, row) => {
      let sum = -columns * (shifts?.[row] ?? 0);
      for (let c = row * columns; c < (row + 1) * columns; c++) sum += (own[c] as number) + base;
      return sum;
    });
    const perRow = (values: Float32Array) => raw.upload(dataType.float, [count, 1], values);
    return {
      codes: raw.scope(() =>
        raw.bitcast(raw.upload(dataType.uint8, [count, columns], bytes), dataType.int8),
      ),
      scales: perRow(scales.slice(first, first + count)),
      ...(shifts && { shift: perRow(shifts) }),
      sums: perRow(sums),
    };
  }
}
