import {
  add,
  cast,
  clipByValue,
  customGrad,
  div,
  equal,
  max,
  maximum,
  min,
  minimum,
  mul,
  neg,
  round,
  sub,
  sum,
  type Tensor,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import type { FloatFormat, RangeRule } from '@thinkbits/spec';
import { fakeQuantizeFloat } from './fake-quantize-float.js';

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

/**
 * x̂ = scale · (clip(round(x / scale) + zero) - zero). The gradient goes straight through the rounding: to x within the grid,
 * to the scale what a code misses of x / scale, element by element before they are summed, where two large sums would cancel.
 * @param scale `[rows, groups, 1]`, as `zero`, a constant
 */
function roundToGrid(
  x: Tensor3D,
  scale: Tensor,
  zero: Tensor | undefined,
  lowest: number,
  highest: number,
): Tensor3D {
  const grid = customGrad((...inputs) => {
    const [values, steps, save] = inputs as unknown as [Tensor, Tensor, (kept: Tensor[]) => void];
    const quotient = div(values, steps);
    const codes = zero ? add(round(quotient), zero) : round(quotient);
    const kept = clipByValue(codes, lowest, highest);
    const whole = zero ? sub(kept, zero) : kept;
    const inside = cast(equal(kept, codes), 'float32');
    save([inside, sub(whole, mul(inside, quotient))]);
    return {
      value: mul(whole, steps),
      gradFunc(dy: Tensor, saved: Tensor[]) {
        const [within, missed] = saved as [Tensor, Tensor];
        return [mul(dy, within), sum(mul(dy, missed), 2, true)];
      },
    };
  });
  return grid(x, scale) as Tensor3D;
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
    return roundToGrid(x, scale, undefined, -limit - 1, limit);
  }
  const levels = 2 ** bits - 1;
  const scale = div(maximum(sub(high, low), leastWidth), levels);
  const start = round(div(neg(low), scale));
  const zero = minMax ? clipByValue(start, 0, levels) : start;
  return roundToGrid(x, scale, zero, 0, levels);
}
