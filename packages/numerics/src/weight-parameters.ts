import type { WeightScheme } from '@thinkbits/spec';
import { type ClipSearch, searchClip } from './clip-search.js';
import { highestCode, lowestCode } from './grid.js';
import { leastWidth, writeGroupParameters } from './group-parameters.js';

/** A weight scheme as the loops over groups read it. */
export interface WeightGrid {
  readonly lowest: number;
  readonly highest: number;
  readonly symmetric: boolean;
  readonly minMax: boolean;
  readonly clipSearch: ClipSearch | undefined;
}

/** Spells out a scheme. */
export function weightGrid(
  { bits, symmetric, range }: WeightScheme,
  clipSearch?: ClipSearch,
): WeightGrid {
  return {
    lowest: lowestCode(bits, symmetric),
    highest: highestCode(bits, symmetric),
    symmetric,
    minMax: range === 'min-max' && !symmetric,
    clipSearch,
  };
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
  const { highest, symmetric, minMax, clipSearch } = grid;
  let maximum = minMax ? Number.NEGATIVE_INFINITY : 0;
  let minimum = minMax ? Number.POSITIVE_INFINITY : 0;
  for (let i = start; i < start + length; i++) {
    const value = values[i] as number;
    maximum = Math.max(maximum, value); // NaN stays
    minimum = Math.min(minimum, value);
  }
  if (!Number.isFinite(maximum - minimum)) return false;
  if (clipSearch) {
    // the reference floors max|x| before the shrinking, and asymmetric ranges not at all (methods.md §9.2)
    if (symmetric) maximum = Math.max(maximum, -minimum, leastWidth);
    const least = symmetric ? -maximum : minimum;
    searchClip({ ...grid, values, start, length }, least, maximum, clipSearch, parameters, 0);
  } else {
    writeGroupParameters(minimum, maximum, highest, symmetric, minMax, leastWidth, parameters, 0);
  }
  return true;
}
