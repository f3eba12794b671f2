import {
  type FloatFormat,
  floatElementBits,
  type ScaleFormat,
  ThinkbitsError,
} from '@thinkbits/spec';
import { encodeFloat } from './encode-float.js';
import { floatElements } from './float-element.js';
import { decodePowerScale, powerScaleCode } from './power-scale.js';

/** @throws ThinkbitsError `numerics/float-bits` when the codes of a scheme have other bits than its elements */
export function checkFloatBits({
  bits,
  float,
}: {
  readonly bits: number;
  readonly float?: FloatFormat;
}): void {
  if (!float || bits === floatElementBits[float.element]) return;
  throw new ThinkbitsError({
    code: 'numerics/float-bits',
    category: 'usage',
    message: `A code of the format ${float.element} has ${floatElementBits[float.element]} bits, not ${bits}.`,
    help: 'Give the bits of the element format.',
    details: { bits, element: float.element },
  });
}

/** What a zero scale is stored as, so that nothing is divided by it (methods.md §9.14). */
const leastElementScale = 0.125;

const { e4m3 } = floatElements;

/**
 * The scale of a whole tensor in formats that have one (NVFP4): it takes the largest value to the largest
 * element times the largest E4M3 scale. 1 in other formats, and where all values are 0.
 * @param largest max|x| of the tensor, finite
 */
export function globalScale({ element, scale }: FloatFormat, largest: number): number {
  if (scale !== 'e4m3' || largest === 0) return 1;
  const ratio = Math.fround((e4m3.largest * floatElements[element].largest) / largest);
  return Math.min(ratio, 2 ** 127); // values near the end of float32's range are as good as 0
}

/**
 * The scale of a group, each operation in float32; never 0. `e4m3` scales are those that are stored, divided by
 * the tensor's.
 * @param largest max|x| of the group
 * @param tensorScale from {@link globalScale}
 */
export function floatScale(
  { element, scale, scaleRule = 'floor' }: FloatFormat,
  largest: number,
  tensorScale: number,
): number {
  const fround = Math.fround;
  const format = floatElements[element];
  if (scale === 'e8m0') {
    return decodePowerScale(powerScaleCode(largest, format.largestExponent, scaleRule));
  }
  const exact = fround(largest / format.largest);
  if (scale === 'float32') return exact === 0 ? 1 : exact;
  const stored = e4m3.values[encodeFloat(fround(tensorScale * exact), e4m3)] as number;
  return fround((stored || leastElementScale) / tensorScale);
}

/**
 * The byte in which a scale is stored.
 * @param scale from {@link floatScale}, of the format `e8m0` or `e4m3`
 */
export function scaleCode(format: ScaleFormat, scale: number, tensorScale: number): number {
  if (format === 'e4m3') return encodeFloat(Math.fround(scale * tensorScale), e4m3);
  return Number.isNaN(scale) ? 255 : Math.round(Math.log2(scale)) + 127;
}

/** The inverse of {@link scaleCode}; NaN where the byte stands for none. */
export function scaleOfCode(format: ScaleFormat, code: number, tensorScale: number): number {
  if (format !== 'e4m3') return decodePowerScale(code);
  return Math.fround((e4m3.values[code] as number) / tensorScale);
}
