import { backend as activeBackend } from '@tensorflow/tfjs-core';
import { type HeldWeights, isQuantized, type LinearProduct } from '@thinkbits/ops';
import type { ComputeType } from '@thinkbits/spec';
import type { NodeBackend } from '../raw/binding.js';
import { dataType } from '../raw/data-type.js';
import { type Handle, RawTf } from '../raw/raw-tf.js';
import type { WeightForm } from '../weight-form.js';
import { arithmetics } from './arithmetic.js';
import { FloatWeights } from './float-weights.js';
import { canHoldPacked } from './packed-weight.js';
import { PackedWeights } from './packed-weights.js';

/** Weights on the device, whichever way they are held. */
interface TensorflowWeights extends HeldWeights {
  /** x `[tokens, in]` → `[tokens, Σ out]`, the caller’s. */
  multiply(x: Handle): Handle;
}

/** The kernel `LinearProduct` of the backend `tensorflow`: how weights are held from now on, and multiplied. */
export function tensorflowLinear(
  form: WeightForm,
  compute: ComputeType,
): LinearProduct<TensorflowWeights> {
  const arithmetic = arithmetics[compute];
  return {
    hold(parts) {
      const raw = new RawTf((activeBackend() as NodeBackend).binding);
      const packed = form === 'packed' ? parts.filter(isQuantized).filter(canHoldPacked) : [];
      if (packed.length === parts.length) return new PackedWeights(raw, packed, arithmetic);
      // In float32 they are tensors like others.
      return compute === 'f32' ? undefined : new FloatWeights(raw, arithmetic, parts);
    },
    multiply(x, held, backend) {
      const node = backend as NodeBackend;
      const [id] = node.getInputTensorIds([x]) as [number];
      const { shape, ...product } = held.multiply({ id, shape: x.shape, dtype: dataType.float });
      return node.createOutputTensor({ ...product, shape: [...shape] });
    },
  };
}
