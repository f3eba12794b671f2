import type { FloatFormat } from '@thinkbits/spec';
import { encodeFloat } from './float-formats/encode-float.js';
import { floatElements } from './float-formats/float-element.js';
import { floatScale } from './float-formats/float-scale.js';
import { roundingShift, writeGroupParameters } from './group-parameters.js';
import { powerFunction } from './power.js';

/** How the clip search of methods.md §1.0c walks. */
export interface ClipSearch {
  /** Exponent of the error Σ |x̂ - x|^norm. */
  readonly norm: number;
  /** Ratios tried are 1 - i / grid. */
  readonly grid: number;
  /** The share of the grid that is walked: i from 0 to shrink · grid - 1. */
  readonly shrink: number;
}

/** The values of GPTQ and of the study. */
export const defaultClipSearch: ClipSearch = { norm: 2.4, grid: 100, shrink: 0.8 };

/** A group of values and the grid it is rounded to. */
export interface SearchedGroup {
  readonly values: Float32Array;
  readonly start: number;
  readonly length: number;
  readonly lowest: number;
  readonly highest: number;
  readonly symmetric: boolean;
  readonly minMax: boolean;
  /** Absent for integers. */
  readonly float: FloatFormat | undefined;
  readonly globalScale: number;
}

/** As {@link roundingError}, for codes that are floats. */
function floatRoundingError(
  { values, start, length }: SearchedGroup,
  float: FloatFormat,
  scale: number,
  power: (x: number) => number,
  limit: number,
): number {
  const fround = Math.fround;
  const element = floatElements[float.element];
  let sum = 0;
  for (let i = start; i < start + length; i++) {
    const value = values[i] as number;
    const code = encodeFloat(fround(value / scale), element);
    const difference = fround(fround(scale * (element.values[code] as number)) - value);
    sum += fround(power(Math.abs(difference)));
    if (sum > limit) break;
  }
  return sum;
}

/** Σ |x̂ - x|^norm of a group, or anything above `limit` as soon as the sum exceeds it. */
function roundingError(
  group: SearchedGroup,
  scale: number,
  zero: number,
  power: (x: number) => number,
  limit: number,
): number {
  const { values, start, length, lowest, highest } = group;
  const fround = Math.fround;
  let sum = 0;
  for (let i = start; i < start + length; i++) {
    const value = values[i] as number;
    const rounded = fround(value / scale) + roundingShift - roundingShift + zero;
    const code = Math.min(Math.max(rounded, lowest), highest);
    const difference = fround(fround(scale * (code - zero)) - value);
    sum += fround(power(Math.abs(difference)));
    if (sum > limit) break;
  }
  return sum;
}

/**
 * Shrinks both ends of a group's range and keeps the first ratio with the least error (methods.md §1.0c).
 *
 * Writes scale and zero point to `parameters[at]` and `[at + 1]`. Ratios are visited coarse to fine, which changes
 * nothing but lets most of the sums stop early.
 * @param minimum least value of the group (at most 0 under the zero-inclusive rule), not shrunk
 * @param maximum largest value
 * @returns the index i of the ratio 1 - i / grid that was kept
 */
export function searchClip(
  group: SearchedGroup,
  minimum: number,
  maximum: number,
  search: ClipSearch,
  parameters: Float32Array,
  at: number,
): number {
  const steps = Math.trunc(search.shrink * search.grid);
  let least = Number.POSITIVE_INFINITY;
  let best = 0;
  const power = powerFunction(search.norm);
  const { float } = group;
  const parametersOf = (i: number): void => {
    const ratio = Math.fround(1 - i / search.grid);
    const low = Math.fround(ratio * minimum);
    const high = Math.fround(ratio * maximum);
    if (float) {
      parameters[at] = floatScale(float, high, group.globalScale);
      parameters[at + 1] = 0;
      return;
    }
    writeGroupParameters(
      low,
      high,
      group.highest,
      group.symmetric,
      group.minMax,
      0,
      parameters,
      at,
    );
  };
  const stride = 8;
  for (let offset = 0; offset < stride; offset++) {
    for (let i = offset; i < steps; i += stride) {
      parametersOf(i);
      const scale = parameters[at] as number;
      const error = float
        ? floatRoundingError(group, float, scale, power, least)
        : roundingError(group, scale, parameters[at + 1] as number, power, least);
      if (error < least || (error === least && i < best)) {
        least = error;
        best = i;
      }
    }
  }
  parametersOf(best);
  return best;
}
