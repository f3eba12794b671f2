import {
  backend as activeBackend,
  reshape,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import {
  activationCodes,
  type HeldWeights,
  isQuantized,
  type LinearProduct,
  type QuantizeActivationsAttributes,
} from '@thinkbits/ops';
import type { ComputeType } from '@thinkbits/spec';
import type { NodeBackend } from '../raw/binding.js';
import { type Handle, RawTf } from '../raw/raw-tf.js';
import { borrow, give } from '../raw/tensors.js';
import type { WeightForm } from '../weight-form.js';
import { arithmetics } from './arithmetic.js';
import { FloatWeights } from './float-weights.js';
import { canHoldPacked } from './packed-weight.js';
import { PackedWeights } from './packed-weights.js';

/** How a linear's weights are held from now on, and multiplied. */
export interface TensorflowLinear {
  readonly form: WeightForm;
  readonly compute: ComputeType;
  /** Whether packed bytes are multiplied with rounded activations in integers. */
  readonly integers: boolean;
}

/** Weights on the device, whichever way they are held. */
interface TensorflowWeights extends HeldWeights {
  /** x `[tokens, in]` → `[tokens, Σ out]`, the caller’s. */
  multiply(x: Handle): Handle;
}

/** Codes of x `[tokens, in]`, unsigned ones and their zeros 128 lower, as tfjs computes them in the composition. */
function roundInput(x: Tensor2D, rounding: QuantizeActivationsAttributes) {
  const base = rounding.scheme.symmetric ? 0 : 2 ** (rounding.scheme.bits - 1);
  const { codes, scale, zero } = activationCodes(x, rounding);
  const perToken = (tensor: Tensor) => reshape(tensor, [x.shape[0], 1]);
  const centred = sub(reshape(codes, x.shape), base);
  return {
    codes: centred,
    scale: perToken(scale),
    ...(zero && { shift: sub(perToken(zero), base) }),
    sums: sum(centred, 1, true),
  };
}

/** The kernel `LinearProduct` of the backend `tensorflow`. */
export function tensorflowLinear({
  form,
  compute,
  integers,
}: TensorflowLinear): LinearProduct<TensorflowWeights> {
  const arithmetic = arithmetics[compute];
  return {
    hold(parts) {
      const raw = new RawTf((activeBackend() as NodeBackend).binding);
      const packed = form === 'packed' ? parts.filter(isQuantized).filter(canHoldPacked) : [];
      if (packed.length === parts.length)
        return new PackedWeights(raw, packed, { arithmetic, integers });
      // In float32 they are tensors like others.
      return compute === 'f32' ? undefined : new FloatWeights(raw, arithmetic, parts);
    },
    multiply(x, held, backend) {
      const node = backend as NodeBackend;
      return give(node, held.multiply(borrow(node, x)));
    },
    multiplyRounded(x, held, rounding, backend) {
      const node = backend as NodeBackend;
      let product: Handle | undefined;
      tidy(() => {
        const { codes, scale, shift, sums } = roundInput(x as Tensor2D, rounding);
        product = (held as PackedWeights).multiplyRounded({
          codes: borrow(node, codes),
          scale: borrow(node, scale),
          ...(shift && { shift: borrow(node, shift) }),
          sums: borrow(node, sums),
        });
      });
      return give(node, product as Handle);
    },
  };
}
