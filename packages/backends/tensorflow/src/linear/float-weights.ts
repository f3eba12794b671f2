import { dequantizeWeight } from '@thinkbits/numerics';
import { type HeldWeights, isQuantized, type LinearPart } from '@thinkbits/ops';
import { dataType } from '../raw/data-type.js';
import type { Handle, RawTf } from '../raw/raw-tf.js';
import type { Arithmetic } from './arithmetic.js';

/** Weights that share an input, in the element type that they are multiplied in, codes expanded. */
export class FloatWeights implements HeldWeights {
  readonly bytes: number;
  /** `[Σ out, in]` */
  private readonly weight: Handle;
  private readonly raw: RawTf;
  private readonly arithmetic: Arithmetic;

  constructor(raw: RawTf, arithmetic: Arithmetic, parts: readonly LinearPart[]) {
    this.raw = raw;
    this.arithmetic = arithmetic;
    this.weight = raw.scope(() => {
      const rounded = parts.map((part) =>
        raw.scope(() => {
          const values = isQuantized(part) ? dequantizeWeight(part) : part.values;
          const { rows, columns } = part;
          return raw.cast(raw.upload(dataType.float, [rows, columns], values), arithmetic.type);
        }),
      );
      return rounded.length === 1 ? (rounded[0] as Handle) : raw.concat(rounded, 0);
    });
    const [out, columns] = this.weight.shape as [number, number];
    this.bytes = (arithmetic.type === dataType.bfloat16 ? 2 : 4) * out * columns;
  }

  /** x `[tokens, in]` → `[tokens, Σ out]`, the caller’s. */
  multiply(x: Handle): Handle {
    const { raw, arithmetic, weight } = this;
    return raw.scope(() => {
      const outputs = arithmetic.product(raw, arithmetic.input(raw, x), weight);
      return arithmetic.output(raw, outputs, x.shape[0] as number);
    });
  }

  dispose(): void {
    this.raw.free(this.weight);
  }
}
