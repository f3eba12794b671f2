import type { HeldWeights, QuantizeActivationsAttributes } from '@thinkbits/ops';
import type { QuantizedWeight } from '@thinkbits/spec';
import type { Handle, RawTf } from '../raw/raw-tf.js';
import { type Arithmetic, arithmetics } from './arithmetic.js';
import { integerInput, type RoundedInput } from './integer-product.js';
import { canHoldIntegers, IntegerWeight } from './integer-weight.js';
import { PackedWeight } from './packed-weight.js';

/** How packed weights are multiplied. */
export interface PackedArithmetic {
  /** Float32 where absent. */
  readonly arithmetic?: Arithmetic;
  /** Whether bytes are multiplied as they are with activations that are rounded to integers; false where absent. */
  readonly integers?: boolean;
}

/** Weights that share an input, packed in device memory. */
export class PackedWeights implements HeldWeights {
  private readonly parts: (PackedWeight | IntegerWeight)[];
  readonly bytes: number;
  private readonly columns: number;
  private readonly raw: RawTf;
  private readonly arithmetic: Arithmetic;

  constructor(
    raw: RawTf,
    weights: readonly QuantizedWeight[],
    { arithmetic = arithmetics.f32, integers = false }: PackedArithmetic = {},
  ) {
    this.raw = raw;
    this.arithmetic = arithmetic;
    this.columns = (weights[0] as QuantizedWeight).columns;
    const Form = integers && weights.every(canHoldIntegers) ? IntegerWeight : PackedWeight;
    this.parts = weights.map((weight) => new Form(raw, weight, arithmetic));
    this.bytes = this.parts.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Of these weights and activations of one scale a token: where a sum over all inputs is one of int8. */
  rounds({ scheme, group }: QuantizeActivationsAttributes): boolean {
    return (
      !scheme.float &&
      scheme.bits <= 8 &&
      group === this.columns &&
      this.parts.every((part) => part instanceof IntegerWeight)
    );
  }

  /** x `[tokens, in]` → `[tokens, Σ out]`, the caller’s. */
  multiply(x: Handle): Handle {
    const { raw, arithmetic } = this;
    return raw.scope(() => {
      const input = arithmetic.input(raw, x);
      const outputs = this.join(this.parts.flatMap((part) => part.products(input)));
      return arithmetic.output(raw, outputs, x.shape[0] as number);
    });
  }

  /** {@link multiply} of rounded activations, in integers; only where {@link rounds} says so. */
  multiplyRounded(x: RoundedInput): Handle {
    const { raw } = this;
    return raw.scope(() => {
      const input = integerInput(raw, x);
      const parts = this.parts as IntegerWeight[];
      const outputs = this.join(parts.flatMap((part) => part.roundedProducts(x, input)));
      return raw.multiply(outputs, x.scale);
    });
  }

  dispose(): void {
    for (const part of this.parts.splice(0)) part.dispose();
  }

  private join(pieces: readonly Handle[]): Handle {
    return pieces.length === 1 ? (pieces[0] as Handle) : this.raw.concat(pieces, 1);
  }
}
