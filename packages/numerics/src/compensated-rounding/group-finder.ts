import { ThinkbitsError } from '@thinkbits/spec';
import { type WeightGrid, writeWeightParameters } from '../weight-parameters.js';

/** Finds and keeps scales and zero points, `[rows, groups]` each. */
export interface GroupFinder {
  /** Groups of a row. */
  readonly perRow: number;
  readonly scales: Float32Array;
  /** All 0 when symmetric. */
  readonly zeros: Float32Array;
  /** Finds the group of a row that starts at `position`, from `length` values at `values[start]`. */
  find(values: Float32Array, start: number, length: number, row: number, position: number): void;
  /** Finds one scale for all rows, which are one group each. */
  findForAll(values: Float32Array): void;
}

/**
 * @param size columns of a group; the last of a row may be shorter
 * @throws ThinkbitsError `weight/not-finite` from `find`
 */
export function createGroupFinder(
  rows: number,
  columns: number,
  size: number,
  grid: WeightGrid,
): GroupFinder {
  const perRow = Math.ceil(columns / size);
  const scales = new Float32Array(rows * perRow);
  const zeros = new Float32Array(rows * perRow);
  const parameters = new Float32Array(2);
  return {
    perRow,
    scales,
    zeros,
    find(values, start, length, row, position) {
      if (!writeWeightParameters(values, start, length, grid, parameters)) refuseRange(row);
      const at = row * perRow + position / size;
      scales[at] = parameters[0] as number;
      zeros[at] = parameters[1] as number;
    },
    findForAll(values) {
      if (!writeWeightParameters(values, 0, values.length, grid, parameters)) refuseRange(0);
      scales.fill(parameters[0] as number);
      zeros.fill(parameters[1] as number);
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
