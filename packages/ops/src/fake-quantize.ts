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

const unclippedCodes = (quotient: Tensor, zero: Tensor | undefined): Tensor =>
  zero ? add(round(quotient), zero) : round(quotient);

/** clip(round(x / scale) + zero), `[rows, groups, group]`: whole numbers in float32. */
export const codesOn = (x: Tensor3D, { scale, zero, lowest, highest }: IntegerGrid): Tensor3D =>
  clipByValue(unclippedCodes(div(x, scale), zero), lowest, highest) as Tensor3D;

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
    const codes = unclippedCodes(quotient, zero);
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

/** Where codes of some groups lie. */
export interface IntegerGrid {
  /** `[rows, groups, 1]` */
  readonly scale: Tensor;
  /** `[rows, groups, 1]`, absent where it is 0. */
  readonly zero?: Tensor;
  readonly lowest: number;
  readonly highest: number;
}

/** Ends of the range of each group after clipping, `[rows, groups, 1]`. */
function rangeOf(x: Tensor3D, grid: FakeQuantization) {
  const { symmetric, range, clip = { low: 1, high: 1 } } = grid;
  const minMax = range === 'min-max' && !symmetric && !grid.float;
  const [top, bottom] = [max(x, 2, true), min(x, 2, true)]; // [rows, groups, 1]
  const shrunk = (end: Tensor, ratio: Tensor | number) => (ratio === 1 ? end : mul(end, ratio));
  const high = shrunk(minMax ? top : maximum(top, 0), clip.high);
  const low = shrunk(minMax ? bottom : minimum(bottom, 0), clip.low);
  return { minMax, top, bottom, high, low };
}

/**
 * The grid that groups of values are rounded to.
 * @param x `[rows, groups, group]`
 */
export function integerGrid(x: Tensor3D, grid: FakeQuantization): IntegerGrid {
  const { bits, symmetric, leastWidth = smallestNormal } = grid;
  const { minMax, high, low } = rangeOf(x, grid);
  if (symmetric) {
    const limit = 2 ** (bits - 1) - 1;
    const scale = div(maximum(maximum(high, neg(low)), leastWidth), limit);
    return { scale, lowest: -limit - 1, highest: limit };
  }
  const levels = 2 ** bits - 1;
  const scale = div(maximum(sub(high, low), leastWidth), levels);
  const start = round(div(neg(low), scale));
  return {
    scale,
    zero: minMax ? clipByValue(start, 0, levels) : start,
    lowest: 0,
    highest: levels,
  };
}

/**
 * Quantizes and dequantizes groups of values by plain tfjs operations, differentiable in the values and the clip: rounding is
 * straight-through, a clamp passes gradients at and on its bounds, zero points are constants.
 * @param x `[rows, groups, group]`
 */
export function fakeQuantize(x: Tensor3D, grid: FakeQuantization): Tensor3D {
  if (grid.float) {
    const { top, bottom, high, low } = rangeOf(x, grid);
    const whole = max(maximum(top, neg(bottom)), 1, true); // [rows, 1, 1]
    return fakeQuantizeFloat(x, maximum(high, neg(low)), whole, grid.float);
  }
  const { scale, zero, lowest, highest } = integerGrid(x, grid);
  return roundToGrid(x, scale, zero, lowest, highest);
}
