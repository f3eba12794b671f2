import type { HeldWeights } from '@thinkbits/ops';
import type { QuantizedWeight } from '@thinkbits/spec';
import type { Handle, RawTf } from '../raw/raw-tf.js';
import { type Arithmetic, arithmetics } from './arithmetic.js';
import { PackedWeight } from './packed-weight.js';

/** Weights that share an input, packed in device memory. */
export class PackedWeights implements HeldWeights {
  private readonly parts: PackedWeight[];
  readonly bytes: number;
  private readonly raw: RawTf;
  private readonly arithmetic: Arithmetic;

  constructor(
    raw: RawTf,
    weights: readonly QuantizedWeight[],
    arithmetic: Arithmetic = arithmetics.f32,
  ) {
    this.raw = raw;
    this.arithmetic = arithmetic;
    this.parts = weights.map((weight) => new PackedWeight(raw, weight, arithmetic));
    this.bytes = this.parts.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** x `[tokens, in]` → `[tokens, Σ out]`, the caller’s. */
  multiply(x: Handle): Handle {
    const { raw, arithmetic } = this;
    return raw.scope(() => {
      const input = arithmetic.input(raw, x);
      const pieces = this.parts.flatMap((part) => part.products(input));
      const outputs = pieces.length === 1 ? (pieces[0] as Handle) : raw.concat(pieces, 1);
      return arithmetic.output(raw, outputs, x.shape[0] as number);
    });
  }

  dispose(): void {
    for (const part of this.parts.splice(0)) part.dispose();
  }
}
