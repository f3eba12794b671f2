import {
  reshape,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  tensor2d,
} from '@tensorflow/tfjs-core';
import type { ActivationScheme } from '@thinkbits/spec';
import { codesOn, type FakeQuantization, fakeQuantize, integerGrid } from './fake-quantize.js';
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
  compose: ({ x }, attributes) =>
    reshape(fakeQuantize(inGroups(x, attributes), quantizationOf(x, attributes)), x.shape),
};

/** `[tokens, groups, group]` */
const inGroups = (x: Tensor2D, { group }: QuantizeActivationsAttributes) =>
  reshape(x, [-1, x.shape[1] / group, group]) as Tensor3D;

function quantizationOf(
  x: Tensor2D,
  { scheme, group }: QuantizeActivationsAttributes,
): FakeQuantization {
  const { bits, symmetric, clip, float } = scheme;
  const groups = x.shape[1] / group;
  const ratios = (values: readonly number[]) => {
    const perSlice = groups / values.length;
    const each = Array.from({ length: groups }, (_, g) => values[Math.floor(g / perSlice)]);
    return tensor2d(each as number[], [groups, 1]);
  };
  return {
    bits,
    symmetric,
    range: 'zero-inclusive',
    ...(float && { float }),
    clip:
      typeof clip === 'number'
        ? { low: clip, high: clip }
        : { low: ratios(clip.low), high: ratios(clip.high) },
  };
}

/** Activations as integers: x̂ = scale · (codes - zero). */
export interface ActivationCodes {
  /** `[tokens, groups, group]`: whole numbers in float32. */
  readonly codes: Tensor3D;
  /** `[tokens, groups, 1]` */
  readonly scale: Tensor;
  /** `[tokens, groups, 1]`, absent where it is 0. */
  readonly zero?: Tensor;
}

/**
 * The codes that {@link quantizeActivations} reads back, for products in integers; for schemes of integers.
 * @param x `[tokens, channels]`
 */
export function activationCodes(
  x: Tensor2D,
  attributes: QuantizeActivationsAttributes,
): ActivationCodes {
  const grouped = inGroups(x, attributes);
  const grid = integerGrid(grouped, quantizationOf(x, attributes));
  return {
    codes: codesOn(grouped, grid),
    scale: grid.scale,
    ...(grid.zero && { zero: grid.zero }),
  };
}

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
