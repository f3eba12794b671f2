import { ThinkbitsError } from '@thinkbits/spec';
import { checkLength } from '../grid.js';
import { type WeightGrid, writeWeightParameters } from '../weight-parameters.js';

/** Finds and keeps scales and zero points, `[rows, groups]` each. */
export interface GroupFinder {
  readonly scales: Float32Array;
  /** All 0 when symmetric. */
  readonly zeros: Float32Array;
  /** Groups of consecutive columns of a weight, `[rows, columns]`. */
  findAll(weight: Float32Array): void;
  /** The group of one row that starts at a position of a weight in another order of columns. */
  findAt(work: Float32Array, row: number, position: number, order: Int32Array): void;
}

/**
 * @param size columns of a group; the last of a row may be shorter
 * @param clip `[rows, groups of consecutive columns]`: values are clamped to ±clip of their column before the range is found
 */
export function createGroupFinder(
  rows: number,
  columns: number,
  size: number,
  grid: WeightGrid,
  clip?: Float32Array,
): GroupFinder {
  const groups = Math.ceil(columns / size);
  if (clip) checkLength('The clip', clip.length, rows * groups);
  const scales = new Float32Array(rows * groups);
  const zeros = new Float32Array(rows * groups);
  const parameters = new Float32Array(2);
  const values = new Float32Array(size);
  const find = (source: Float32Array, row: number, position: number, order?: Int32Array) => {
    const length = Math.min(size, columns - position);
    for (let k = 0; k < length; k++) {
      const value = source[row * columns + position + k] as number;
      const column = order ? (order[position + k] as number) : position + k;
      const bound = clip?.[row * groups + Math.floor(column / size)] ?? Number.POSITIVE_INFINITY;
      values[k] = Math.min(Math.max(value, -bound), bound);
    }
    if (!writeWeightParameters(values, 0, length, grid, parameters)) refuseRange(row);
    const at = row * groups + position / size;
    scales[at] = parameters[0] as number;
    zeros[at] = parameters[1] as number;
  };
  return {
    scales,
    zeros,
    findAll(weight) {
      for (let row = 0; row < rows; row++) {
        for (let position = 0; position < columns; position += size) find(weight, row, position);
      }
    },
    findAt: find,
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
