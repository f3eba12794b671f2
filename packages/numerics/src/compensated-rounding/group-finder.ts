import { ThinkbitsError } from '@thinkbits/spec';
import { checkLength } from '../grid.js';
import { type WeightGrid, writeWeightParameters } from '../weight-parameters.js';

/** Finds and keeps scales and zero points, `[rows, groups]` each. */
export interface GroupFinder {
  /** Groups of a row. */
  readonly perRow: number;
  readonly scales: Float32Array;
  /** All 0 when symmetric. */
  readonly zeros: Float32Array;
  /**
   * Finds the group of a row that starts at `position`, from `length` values at `values[start]`.
   * @param order position → column; positions are columns where absent
   */
  find(
    values: Float32Array,
    start: number,
    length: number,
    row: number,
    position: number,
    order?: Int32Array,
  ): void;
}

/**
 * @param size columns of a group; the last of a row may be shorter
 * @param clip `[rows, groups of consecutive columns]`: values are clamped to ±clip of their column before the range is found
 * @throws ThinkbitsError `numerics/length`; `find` throws `weight/not-finite`
 */
export function createGroupFinder(
  rows: number,
  columns: number,
  size: number,
  grid: WeightGrid,
  clip?: Float32Array,
): GroupFinder {
  const perRow = Math.ceil(columns / size);
  if (clip) checkLength('The clip', clip.length, rows * perRow);
  const scales = new Float32Array(rows * perRow);
  const zeros = new Float32Array(rows * perRow);
  const parameters = new Float32Array(2);
  const clamped = new Float32Array(clip ? size : 0);
  return {
    perRow,
    scales,
    zeros,
    find(values, start, length, row, position, order) {
      for (let k = 0; clip && k < length; k++) {
        const column = order ? (order[position + k] as number) : position + k;
        const bound = clip[row * perRow + Math.floor(column / size)] as number;
        clamped[k] = Math.min(Math.max(values[start + k] as number, -bound), bound);
      }
      const [source, from] = clip ? [clamped, 0] : [values, start];
      if (!writeWeightParameters(source, from, length, grid, parameters)) refuseRange(row);
      const at = row * perRow + position / size;
      scales[at] = parameters[0] as number;
      zeros[at] = parameters[1] as number;
    },
  };
}

/** Only weights near the end of float32 get here: those that are not finite were refused before. */
export function refuseRange(row: number): never {
  throw new ThinkbitsError({
    code: 'weight/not-finite',
    message: `Row ${row} of the weight leaves the range of float32 while it is corrected.`,
    help: 'Check the checkpoint and the calibration inputs: values this large are no weights.',
    details: { row },
  });
}
