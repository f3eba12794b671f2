import { encodeFloat } from '../float-formats/encode-float.js';
import { floatElements } from '../float-formats/float-element.js';
import { roundingShift } from '../group-parameters.js';
import type { WeightGrid } from '../weight-parameters.js';
import type { GroupFinder } from './group-finder.js';
import type { PreparedColumns } from './prepare-columns.js';

/** A weight while its columns are rounded. */
export interface Rounding {
  readonly rows: number;
  readonly columns: number;
  readonly grid: WeightGrid;
  readonly groups: GroupFinder;
  /** By position, the group whose scale its column takes. */
  readonly groupOf: Int32Array;
  /** Positions of a group whose scale is found when its first column is rounded; 0 where all are known. */
  readonly dynamicSize: number;
  /** `[rows, columns]` by positions, with the corrections of all blocks so far. */
  readonly work: Float32Array;
  /** `[rows, columns]` by columns. */
  readonly codes: Uint8Array;
  readonly prepared: PreparedColumns;
}

/** What a block hands to the columns after it. */
export interface BlockOutcome {
  /** `[rows, width]`, (w - ŵ) / U[i, i]. */
  readonly errors: Float32Array;
  /** `[rows, width]`, the weights that were rounded, negated; where inputs drifted. */
  readonly minusWeights?: Float32Array;
}

/** Columns [start, end) of those rows of a square matrix, transposed, in float64. */
function packTransposed(
  matrix: Float32Array,
  size: number,
  start: number,
  end: number,
): Float64Array {
  const width = end - start;
  const packed = new Float64Array(width * width);
  for (let i = 0; i < width; i++) {
    const from = (start + i) * size + start;
    for (let j = i; j < width; j++) packed[j * width + i] = matrix[from + j] as number;
  }
  return packed;
}

/** Σ a[i] · b[start + i] for i < length; four sums at a time, since one would wait for itself. */
function dot(a: Float64Array, b: Float64Array, start: number, length: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  const fours = length - (length % 4);
  let i = 0;
  for (; i < fours; i += 4) {
    s0 += (a[i] as number) * (b[start + i] as number);
    s1 += (a[i + 1] as number) * (b[start + i + 1] as number);
    s2 += (a[i + 2] as number) * (b[start + i + 2] as number);
    s3 += (a[i + 3] as number) * (b[start + i + 3] as number);
  }
  for (; i < length; i++) s0 += (a[i] as number) * (b[start + i] as number);
  return s0 + s1 + (s2 + s3);
}

/**
 * Rounds the columns at positions [start, end), row by row: each with what the columns before it in the block
 * ask of it, w_k - Σ e_l U[l, k] (+ Σ w_l P[l, k]). Codes are found as in rounding to nearest, in float32;
 * corrections in float64.
 */
export function roundBlock(rounding: Rounding, start: number, end: number): BlockOutcome {
  const { rows, columns, grid, groups, groupOf, dynamicSize, work, codes, prepared } = rounding;
  const { order, upper, response } = prepared;
  const { lowest, highest } = grid;
  const element = grid.float && floatElements[grid.float.element];
  const { scales, zeros, perRow } = groups;
  const fround = Math.fround;
  const width = end - start;
  const feedback = packTransposed(upper, columns, start, end);
  const answer = response && packTransposed(response, columns, start, end);
  const errors = new Float32Array(rows * width);
  const minusWeights = new Float32Array(response ? rows * width : 0);
  const rowErrors = new Float64Array(width);
  const rowWeights = new Float64Array(width);
  const corrected = new Float32Array(dynamicSize);

  for (let row = 0; row < rows; row++) {
    const base = row * columns;
    /** The weight at block column k after the first `known` columns of the block. */
    const weightAt = (k: number, known: number): number => {
      const own = (work[base + start + k] as number) - dot(rowErrors, feedback, k * width, known);
      return fround(answer ? own + dot(rowWeights, answer, k * width, known) : own);
    };
    for (let k = 0; k < width; k++) {
      const position = start + k;
      if (dynamicSize > 0 && position % dynamicSize === 0) {
        const length = Math.min(dynamicSize, columns - position);
        for (let l = 0; l < length; l++) {
          // a group that reaches beyond the block starts with it, and work is up to date
          corrected[l] = k === 0 ? (work[base + position + l] as number) : weightAt(k + l, k);
        }
        groups.find(corrected, 0, length, row, position);
      }
      const parameter = row * perRow + (groupOf[position] as number);
      const scale = scales[parameter] as number;
      const zero = zeros[parameter] as number;
      const value = weightAt(k, k);
      let code: number;
      let level: number;
      if (element) {
        code = encodeFloat(fround(value / scale), element);
        level = element.values[code] as number;
      } else {
        const rounded = fround(value / scale) + roundingShift - roundingShift + zero;
        code = Math.min(Math.max(rounded, lowest), highest);
        level = code - zero;
      }
      codes[base + (order[position] as number)] = code;
      const pivot = feedback[k * width + k] as number;
      const error = fround((value - fround(scale * level)) / pivot);
      rowErrors[k] = error;
      errors[row * width + k] = error;
      if (!answer) continue;
      rowWeights[k] = value;
      minusWeights[row * width + k] = -value;
    }
  }
  return { errors, ...(response && { minusWeights }) };
}
