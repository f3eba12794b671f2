import {
  add,
  clipByValue,
  div,
  equal,
  max,
  maximum,
  min,
  minimum,
  mul,
  neg,
  onesLike,
  reshape,
  round,
  sub,
  type Tensor2D,
  where,
} from '@tensorflow/tfjs-core';
import type { ActivationScheme } from '@thinkbits/spec';
import { type FusedOp, runOp } from './fused-op.js';

/** Attributes of the kernel `QuantizeActivations`. */
export interface QuantizeActivationsAttributes {
  readonly scheme: ActivationScheme;
  /** Consecutive channels that share a scale. */
  readonly group: number;
}

/** Definition of dynamic per-token quantization and dequantization (methods.md §1.0a). */
export const quantizeActivationsOp: FusedOp<{ x: Tensor2D }, QuantizeActivationsAttributes> = {
  name: 'QuantizeActivations',
  compose: ({ x }, { scheme, group }) => {
    const rows = reshape(x, [-1, group]); // [tokens · groups, group]
    const high = mul(maximum(max(rows, 1, true), 0), scheme.clip);
    const low = mul(minimum(min(rows, 1, true), 0), scheme.clip);
    if (scheme.symmetric) {
      const limit = 2 ** (scheme.bits - 1) - 1;
      const amax = maximum(high, neg(low));
      const scale = where(equal(amax, 0), onesLike(amax), div(amax, limit));
      return reshape(mul(clipByValue(round(div(rows, scale)), -limit - 1, limit), scale), x.shape);
    }
    const levels = 2 ** scheme.bits - 1;
    const empty = equal(sub(high, low), 0);
    const bottom = where(empty, neg(onesLike(low)), low);
    const scale = div(sub(where(empty, onesLike(high), high), bottom), levels);
    const zero = round(div(neg(bottom), scale));
    const codes = clipByValue(add(round(div(rows, scale)), zero), 0, levels);
    return reshape(mul(sub(codes, zero), scale), x.shape);
  },
};

/**
 * Quantizes and dequantizes what a linear reads: dynamic, per token and group of channels.
 * @param x `[tokens, channels]`; `group` divides `channels`
 */
export function quantizeActivations(
  x: Tensor2D,
  scheme: ActivationScheme,
  group: number,
): Tensor2D {
  return runOp(quantizeActivationsOp, { x }, { scheme, group }) as Tensor2D;
}
