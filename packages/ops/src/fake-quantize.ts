import {
  add,
  clipByValue,
  customGrad,
  div,
  max,
  maximum,
  min,
  minimum,
  mul,
  neg,
  round,
  sub,
  type Tensor,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import type { FloatFormat, RangeRule } from '@thinkbits/spec';
import { fakeQuantizeFloat } from './fake-quantize-float.js';

/** Half-to-even rounding whose gradient is that of the identity (Bengio et al. 2013, arXiv 1308.3432). */
export const roundStraightThrough: <T extends Tensor>(x: T) => T = customGrad((x) => ({
  value: round(x as Tensor),
  gradFunc: (dy) => dy,
})) as never;

/** How groups of values are quantized (methods.md §1.0a, §1.0b). */
export interface FakeQuantization {
  readonly bits: number;
  readonly symmetric: boolean;
  readonly range: RangeRule;
  /** Ratios by which the ends of a range shrink, `[groups, 1]` where they are tensors; 1 where absent. */
  readonly clip?: { readonly low: Tensor | number; readonly high: Tensor | number };
  /** The least width of a range, above 0; 1e-5 for weights. */
  readonly leastWidth?: number;
  /** What codes stand for where they are no integers; a scale of a whole tensor is one of each row then. */
  readonly float?: FloatFormat;
}

/** The least width of a range that has no other: an empty group reads back as zeros. */
const smallestNormal = 2 ** -126;

/**
 * Quantizes and dequantizes groups of values by plain tfjs operations, differentiable in the values and the clip: rounding is
 * straight-through, a clamp passes gradients at and on its bounds, zero points are constants.
 * @param x `[rows, groups, group]`
 */
export function fakeQuantize(x: Tensor3D, grid: FakeQuantization): Tensor3D {
  const { bits, symmetric, range, clip = { low: 1, high: 1 }, leastWidth = smallestNormal } = grid;
  const minMax = range === 'min-max' && !symmetric && !grid.float;
  const [top, bottom] = [max(x, 2, true), min(x, 2, true)]; // [rows, groups, 1]
  const high = mul(minMax ? top : maximum(top, 0), clip.high);
  const low = mul(minMax ? bottom : minimum(bottom, 0), clip.low);
  if (grid.float) {
    const whole = max(maximum(top, neg(bottom)), 1, true); // [rows, 1, 1]
    return fakeQuantizeFloat(x, maximum(high, neg(low)), whole, grid.float);
  }
  if (symmetric) {
    const limit = 2 ** (bits - 1) - 1;
    const scale = div(maximum(maximum(high, neg(low)), leastWidth), limit);
    return mul(clipByValue(roundStraightThrough(div(x, scale)), -limit - 1, limit), scale);
  }
  const levels = 2 ** bits - 1;
  const scale = div(maximum(sub(high, low), leastWidth), levels);
  const start = round(div(neg(low), scale));
  const zero = minMax ? clipByValue(start, 0, levels) : start;
  const codes = clipByValue(add(roundStraightThrough(div(x, scale)), zero), 0, levels);
  return mul(sub(codes, zero), scale);
}
