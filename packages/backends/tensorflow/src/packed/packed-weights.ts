import { backend as activeBackend } from '@tensorflow/tfjs-core';
import { type HeldWeights, isQuantized, type LinearProduct } from '@thinkbits/ops';
import type { QuantizedWeight } from '@thinkbits/spec';
import type { NodeBackend } from '../raw/binding.js';
import { dataType } from '../raw/data-type.js';
import { type Handle, RawTf } from '../raw/raw-tf.js';
import { canHoldPacked, PackedWeight } from './packed-weight.js';

/** Weights that share an input, packed in device memory. */
export class PackedWeights implements HeldWeights {
  private readonly parts: PackedWeight[];
  readonly bytes: number;
  private readonly raw: RawTf;

  constructor(raw: RawTf, weights: readonly QuantizedWeight[]) {
    this.raw = raw;
    this.parts = weights.map((weight) => new PackedWeight(raw, weight));
    this.bytes = this.parts.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** x `[tokens, in]` → `[tokens, Σ out]`, the caller’s. */
  multiply(x: Handle): Handle {
    return this.raw.scope(() => {
      const pieces = this.parts.flatMap((part) => part.products(x));
      return pieces.length === 1 ? (pieces[0] as Handle) : this.raw.concat(pieces, 1);
    });
  }

  dispose(): void {
    for (const part of this.parts.splice(0)) part.dispose();
  }
}

/** The kernel `LinearProduct` of the backend `tensorflow`. */
export const packedWeights: LinearProduct<PackedWeights> = {
  hold(parts) {
    const weights = parts.filter(isQuantized).filter(canHoldPacked);
    if (weights.length < parts.length) return undefined;
    return new PackedWeights(new RawTf((activeBackend() as NodeBackend).binding), weights);
  },
  multiply(x, held, backend) {
    const node = backend as NodeBackend;
    const [id] = node.getInputTensorIds([x]) as [number];
    const { shape, ...product } = held.multiply({ id, shape: x.shape, dtype: dataType.float });
    return node.createOutputTensor({ ...product, shape: [...shape] });
  },
};
