import { writeFloatCodes } from './float-formats/encode-float.js';
import { floatElements } from './float-formats/float-element.js';
import { floatScale } from './float-formats/float-scale.js';
import { type Grid, highestCode, lowestCode } from './grid.js';
import { codeOf, writeCodes, writeGroupParameters } from './group-parameters.js';

/**
 * Quantizes one group of activations, keys or values from its own range (methods.md §1.0a; `min-max`: §1.0b;
 * `float-minimum`: KIVI, arXiv 2402.02750; floats: §1.12).
 *
 * Every operation is rounded to float32 and nothing is allocated: this runs for every token and head of the cache.
 * A group that holds NaN or an infinity gets a NaN scale and so decodes to NaN.
 * @param values read from `start`, `length` of them
 * @param codes written from `codesStart`; bytes are two's complement when symmetric
 * @param parameters gets the scale at `parametersStart` and right after it the zero point (0 when symmetric), or the minimum
 *   under the rule `float-minimum`
 * @param tensorScale of formats whose scales are relative to one of all groups
 */
export function encodeGroup(
  values: Float32Array,
  start: number,
  length: number,
  grid: Grid,
  codes: Uint8Array | Int8Array,
  codesStart: number,
  parameters: Float32Array,
  parametersStart: number,
  tensorScale = 1,
): void {
  const tight =
    grid.range !== 'zero-inclusive' && grid.range !== undefined && !grid.symmetric && !grid.float;
  let maximum = tight ? Number.NEGATIVE_INFINITY : 0;
  let minimum = tight ? Number.POSITIVE_INFINITY : 0;
  for (let i = start; i < start + length; i++) {
    const value = values[i] as number;
    maximum = Math.max(maximum, value); // NaN stays
    minimum = Math.min(minimum, value);
  }
  const notFinite = (maximum - minimum) * 0; // 0, or NaN where an end is NaN or infinite
  const { clip } = grid;
  maximum =
    Math.fround(maximum * Math.fround(typeof clip === 'number' ? clip : clip.high)) + notFinite;
  minimum =
    Math.fround(minimum * Math.fround(typeof clip === 'number' ? clip : clip.low)) + notFinite;
  if (grid.float) {
    const scale = floatScale(grid.float, Math.max(maximum, -minimum), tensorScale) + notFinite;
    parameters[parametersStart] = scale;
    parameters[parametersStart + 1] = 0;
    const element = floatElements[grid.float.element];
    writeFloatCodes(values, start, length, scale, element, codes, codesStart);
    return;
  }
  const highest = highestCode(grid.bits, grid.symmetric);
  if (tight && grid.range === 'float-minimum') {
    // A constant group is its minimum, whatever the scale.
    const scale = Math.fround(Math.fround(maximum - minimum) / highest) || 1 + notFinite;
    parameters[parametersStart] = scale;
    parameters[parametersStart + 1] = minimum;
    for (let i = 0; i < length; i++) {
      const above = Math.fround((values[start + i] as number) - minimum);
      codes[codesStart + i] = codeOf(above, scale, 0, 0, highest);
    }
    return;
  }
  writeGroupParameters(
    minimum,
    maximum,
    highest,
    grid.symmetric,
    tight,
    0,
    parameters,
    parametersStart,
  );
  writeCodes(
    values,
    start,
    length,
    parameters[parametersStart] as number,
    parameters[parametersStart + 1] as number,
    lowestCode(grid.bits, grid.symmetric),
    highest,
    codes,
    codesStart,
  );
}
