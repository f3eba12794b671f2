import { reshape, type Tensor2D, type Tensor3D, tensor2d } from '@tensorflow/tfjs-core';
import type { ActivationScheme } from '@thinkbits/spec';
import { fakeQuantize } from './fake-quantize.js';
import { type FusedOp, runOp } from './fused-op.js';

/** Attributes of the kernel `QuantizeActivations`. */
export interface QuantizeActivationsAttributes {
  readonly scheme: ActivationScheme;
  /** Consecutive channels that share a scale. */
  readonly group: number;
}

/** Definition of dynamic per-token quantization and dequantization (methods.md §1.0a, §1.12). */
export const quantizeActivationsOp: FusedOp<{ x: Tensor2D }, QuantizeActivationsAttributes> = {
  name: 'QuantizeActivations',
  compose: ({ x }, { scheme, group }) => {
    const { bits, symmetric, clip, float } = scheme;
    const groups = x.shape[1] / group;
    const ratios = (values: readonly number[]) => {
      const perSlice = groups / values.length;
      const each = Array.from({ length: groups }, (_, g) => values[Math.floor(g / perSlice)]);
      return tensor2d(each as number[], [groups, 1]);
    };
    const quantized = fakeQuantize(reshape(x, [-1, groups, group]) as Tensor3D, {
      bits,
      symmetric,
      range: 'zero-inclusive',
      ...(float && { float }),
      clip:
        typeof clip === 'number'
          ? { low: clip, high: clip }
          : { low: ratios(clip.low), high: ratios(clip.high) },
    });
    return reshape(quantized, x.shape);
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
