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

/** A block of columns while it is rounded, and what it hands to the columns after it. */
export interface Block {
  readonly start: number;
  readonly end: number;
  /** `[rows, width]`, (w - ŵ) / U[i, i]. */
  readonly errors: Float32Array;
  /** `[rows, width]`, the weights that were rounded, negated; where inputs drifted. */
  readonly minusWeights?: Float32Array;
}

/** The two steps within a block; whoever does them gives the bits of {@link plainBlockKernels}. */
export interface BlockKernels {
  /**
   * The weights at positions [from, to), after the columns of the block before `from`: w_k - Σ e_l U[l, k]
   * (+ Σ w_l P[l, k]). Positions beyond the block only where `from` is its start.
   * @param out `[rows, to - from]`
   */
  correct(rounding: Rounding, block: Block, from: number, to: number, out: Float32Array): void;
  /**
   * Rounds the columns at positions [from, to), each with what those before it in the block ask of it: writes
   * codes, errors and negated weights. Codes are found as in rounding to nearest, in float32; corrections in
   * float64.
   */
  sweep(rounding: Rounding, block: Block, from: number, to: number): void;
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

/** Σ a[aStart + i] · b[bStart + i] for i < length; four sums at a time, since one would wait for itself. */
function dot(
  a: Float32Array,
  aStart: number,
  b: Float64Array,
  bStart: number,
  length: number,
): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  const fours = length - (length % 4);
  let i = 0;
  for (; i < fours; i += 4) {
    s0 += (a[aStart + i] as number) * (b[bStart + i] as number);
    s1 += (a[aStart + i + 1] as number) * (b[bStart + i + 1] as number);
    s2 += (a[aStart + i + 2] as number) * (b[bStart + i + 2] as number);
    s3 += (a[aStart + i + 3] as number) * (b[bStart + i + 3] as number);
  }
  for (; i < length; i++) s0 += (a[aStart + i] as number) * (b[bStart + i] as number);
  return s0 + s1 + (s2 + s3);
}

/** How columns of a block act on each other: U, and P where inputs drifted. */
function feedbackOf({ prepared, columns }: Rounding, { start, end }: Block) {
  const { upper, response } = prepared;
  return {
    feedback: packTransposed(upper, columns, start, end),
    answer: response && packTransposed(response, columns, start, end),
  };
}

/** The weight of a row at block column k after the first `known` columns of the block. */
function weightAt(
  { work, columns }: Rounding,
  { start, end, errors, minusWeights }: Block,
  { feedback, answer }: ReturnType<typeof feedbackOf>,
  row: number,
  k: number,
  known: number,
): number {
  const width = end - start;
  const at = row * width;
  const own = work[row * columns + start + k] as number;
  const corrected = own - dot(errors, at, feedback, k * width, known);
  if (!answer || !minusWeights) return Math.fround(corrected);
  return Math.fround(corrected - dot(minusWeights, at, answer, k * width, known));
}

/** Plain loops, row by row. */
export const plainBlockKernels: BlockKernels = {
  correct(rounding, block, from, to, out) {
    const { rows, columns, work } = rounding;
    const length = to - from;
    const known = from - block.start;
    const spread = known > 0 ? feedbackOf(rounding, block) : undefined;
    for (let row = 0; row < rows; row++) {
      for (let l = 0; l < length; l++) {
        out[row * length + l] = spread
          ? weightAt(rounding, block, spread, row, known + l, known)
          : (work[row * columns + from + l] as number);
      }
    }
  },

  sweep(rounding, block, from, to) {
    const { rows, columns, grid, groups, groupOf, codes, prepared } = rounding;
    const { order } = prepared;
    const { lowest, highest } = grid;
    const element = grid.float && floatElements[grid.float.element];
    const { scales, zeros, perRow } = groups;
    const { start, end, errors, minusWeights } = block;
    const fround = Math.fround;
    const width = end - start;
    const spread = feedbackOf(rounding, block);
    for (let row = 0; row < rows; row++) {
      for (let k = from - start; k < to - start; k++) {
        const position = start + k;
        const parameter = row * perRow + (groupOf[position] as number);
        const scale = scales[parameter] as number;
        const zero = zeros[parameter] as number;
        const value = weightAt(rounding, block, spread, row, k, k);
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
        codes[row * columns + (order[position] as number)] = code;
        const pivot = spread.feedback[k * width + k] as number;
        errors[row * width + k] = (value - fround(scale * level)) / pivot;
        if (minusWeights) minusWeights[row * width + k] = -value;
      }
    }
  },
};
