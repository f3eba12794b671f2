import type { FloatFormat, WeightScheme } from '@thinkbits/spec';
import { type ClipSearch, searchClip } from './clip-search.js';
import { writeFloatCodes } from './float-formats/encode-float.js';
import { floatElements } from './float-formats/float-element.js';
import { checkFloatBits, floatScale, globalScale } from './float-formats/float-scale.js';
import { highestCode, lowestCode } from './grid.js';
import { leastWidth, writeCodes, writeGroupParameters } from './group-parameters.js';

/** A weight scheme as the loops over groups read it. */
export interface WeightGrid {
  /** Absent for integers. */
  readonly float: FloatFormat | undefined;
  /** Of the whole weight, in formats whose scales are relative to it. */
  readonly globalScale: number;
  readonly lowest: number;
  readonly highest: number;
  readonly symmetric: boolean;
  readonly minMax: boolean;
  readonly clipSearch: ClipSearch | undefined;
}

/**
 * Spells out a scheme.
 * @param values the whole weight
 * @throws ThinkbitsError `numerics/float-bits`
 */
export function weightGrid(
  scheme: WeightScheme,
  values: Float32Array,
  clipSearch?: ClipSearch,
): WeightGrid {
  const { bits, symmetric, range, float } = scheme;
  checkFloatBits(scheme);
  return {
    float,
    globalScale: float?.scale === 'e4m3' ? globalScale(float, largestMagnitude(values)) : 1,
    lowest: lowestCode(bits, symmetric),
    highest: highestCode(bits, symmetric),
    symmetric: symmetric || float !== undefined,
    minMax: range === 'min-max' && !symmetric && !float,
    clipSearch,
  };
}

/** max|x|; what is not finite is refused group by group. */
function largestMagnitude(values: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const magnitude = Math.abs(values[i] as number);
    if (magnitude > largest && magnitude < Number.POSITIVE_INFINITY) largest = magnitude;
  }
  return largest;
}

/** Whether codes of a scheme are signed integers; others are unsigned, or bit patterns of floats. */
export function hasSignedCodes(scheme: Pick<WeightScheme, 'symmetric' | 'float'>): boolean {
  return scheme.symmetric && !scheme.float;
}

/** Rounds `length` weights from `start` on to codes, with the scale and zero point in `parameters`. */
export function writeWeightCodes(
  values: Float32Array,
  start: number,
  length: number,
  grid: WeightGrid,
  parameters: Float32Array,
  codes: Uint8Array,
): void {
  const { float, lowest, highest } = grid;
  const scale = parameters[0] as number;
  const zero = parameters[1] as number;
  if (float) {
    writeFloatCodes(values, start, length, scale, floatElements[float.element], codes, start);
  } else writeCodes(values, start, length, scale, zero, lowest, highest, codes, start);
}

/**
 * Scale and zero point of a group of weights (methods.md §1.0a-c), to `parameters[0]` and `parameters[1]`.
 * @returns false when a value is NaN or infinite; nothing is written then
 */
export function writeWeightParameters(
  values: Float32Array,
  start: number,
  length: number,
  grid: WeightGrid,
  parameters: Float32Array,
): boolean {
  const { float, highest, symmetric, minMax, clipSearch } = grid;
  let maximum = minMax ? Number.NEGATIVE_INFINITY : 0;
  let minimum = minMax ? Number.POSITIVE_INFINITY : 0;
  for (let i = start; i < start + length; i++) {
    const value = values[i] as number;
    maximum = Math.max(maximum, value); // NaN stays
    minimum = Math.min(minimum, value);
  }
  if (!Number.isFinite(maximum - minimum)) return false;
  if (float && !clipSearch) {
    parameters[0] = floatScale(float, Math.max(maximum, -minimum), grid.globalScale);
    parameters[1] = 0;
  } else if (clipSearch) {
    // the reference floors max|x| before the shrinking, and asymmetric ranges not at all (methods.md §9.2)
    const floor = float ? 0 : leastWidth;
    if (symmetric) maximum = Math.max(maximum, -minimum, floor);
    const least = symmetric ? -maximum : minimum;
    searchClip({ ...grid, values, start, length }, least, maximum, clipSearch, parameters, 0);
  } else {
    writeGroupParameters(minimum, maximum, highest, symmetric, minMax, leastWidth, parameters, 0);
  }
  return true;
}
