import {
  abs,
  clipByValue,
  customGrad,
  div,
  equal,
  greaterEqual,
  less,
  maximum,
  minimum,
  mul,
  onesLike,
  round,
  scalar,
  type Tensor,
  type Tensor3D,
  tidy,
  where,
} from '@tensorflow/tfjs-core';
import { floatElements } from '@thinkbits/numerics';
import type { FloatElement, FloatFormat } from '@thinkbits/spec';

/** The smallest number that no backend flushes to 0. */
const smallestNormal = 2 ** -126;

/** 2^⌊log2 x⌋, exactly, by bits of the exponent; 2^-126 for what is smaller. @param x not negative */
function floorPowerOfTwo(x: Tensor): Tensor {
  const small = less(x, 1);
  let rest = where(small, mul(x, 2 ** 126), x); // from 1 on
  let power: Tensor = where(small, scalar(smallestNormal), onesLike(x));
  for (const exponent of [64, 32, 16, 8, 4, 2, 1]) {
    const factor = 2 ** exponent;
    const above = greaterEqual(rest, factor);
    rest = where(above, div(rest, factor), rest);
    power = where(above, mul(power, factor), power);
  }
  return power;
}

/** The nearest elements, halves to even; the gradient is that of the identity. @param x within the format's range */
function roundToElement(x: Tensor, element: FloatElement): Tensor {
  const { exponentBias, mantissaBits } = floatElements[element];
  const nearest = (values: Tensor) =>
    tidy(() => {
      const power = maximum(floorPowerOfTwo(abs(values)), 2 ** (1 - exponentBias));
      const step = mul(power, 2 ** -mantissaBits);
      return mul(round(div(values, step)), step);
    });
  const straightThrough = customGrad((values) => ({
    value: nearest(values as Tensor),
    gradFunc: (dy) => dy,
  }));
  return straightThrough(x);
}

/** Scales of groups as the format rounds them (methods.md §1.12, §9.11); arguments as of {@link fakeQuantizeFloat}. */
function floatScales(
  amax: Tensor,
  whole: Tensor,
  { element, scale, scaleRule = 'floor' }: FloatFormat,
): Tensor {
  const { largest, largestExponent } = floatElements[element];
  if (scale === 'e8m0') {
    // a mantissa of 1.75 and more reaches the next power of two
    const power = floorPowerOfTwo(amax);
    const next = scaleRule === 'round' && greaterEqual(amax, mul(power, 1.75));
    const rounded = next ? where(next, mul(power, 2), power) : power;
    return maximum(mul(rounded, 2 ** -largestExponent), smallestNormal);
  }
  const exact = div(amax, largest);
  if (scale === 'float32') return where(equal(exact, 0), onesLike(exact), exact);
  const top = floatElements.e4m3.largest;
  const tensorScale = where(equal(whole, 0), onesLike(whole), div(top * largest, whole));
  const stored = roundToElement(minimum(mul(exact, tensorScale), top), 'e4m3');
  return div(where(equal(stored, 0), scalar(0.125), stored), tensorScale);
}

/**
 * Rounds groups of values to a float format and reads them back, by plain tfjs operations; rounding is straight-through, a
 * clamp passes gradients at and on its bounds.
 * @param x `[rows, groups, group]`
 * @param amax `[rows, groups, 1]`, the ends of the groups' ranges after clipping
 * @param whole `[rows, 1, 1]`, max|x| of each row, for scales that are relative to one of a whole tensor
 */
export function fakeQuantizeFloat(
  x: Tensor3D,
  amax: Tensor,
  whole: Tensor,
  format: FloatFormat,
): Tensor3D {
  const { largest } = floatElements[format.element];
  const scale = floatScales(amax, whole, format);
  const inside = clipByValue(div(x, scale), -largest, largest);
  return mul(roundToElement(inside, format.element), scale) as Tensor3D;
}
