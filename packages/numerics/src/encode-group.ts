import { type Grid, highestCode, lowestCode } from './grid.js';
import { writeCodes, writeGroupParameters } from './group-parameters.js';

/**
 * Quantizes one group of activations, keys or values from its own range (methods.md §1.0a; `min-max`: §1.0b).
 *
 * Every operation is rounded to float32 and nothing is allocated: this runs for every token and head of the cache.
 * A group that holds NaN or an infinity gets a NaN scale and so decodes to NaN.
 * @param values read from `start`, `length` of them
 * @param codes written from `codesStart`; bytes are two's complement when symmetric
 * @param parameters gets the scale at `parametersStart` and the zero point (0 when symmetric) right after it
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
): void {
  const minMax = grid.range === 'min-max' && !grid.symmetric;
  let maximum = minMax ? Number.NEGATIVE_INFINITY : 0;
  let minimum = minMax ? Number.POSITIVE_INFINITY : 0;
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
  const highest = highestCode(grid.bits, grid.symmetric);
  writeGroupParameters(
    minimum,
    maximum,
    highest,
    grid.symmetric,
    minMax,
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
