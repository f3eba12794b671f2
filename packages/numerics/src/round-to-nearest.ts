import {
  type ClipBounds,
  type QuantizedWeight,
  ThinkbitsError,
  type WeightScheme,
} from '@thinkbits/spec';
import { clampGroups } from './clamp-groups.js';
import type { ClipSearch } from './clip-search.js';
import { checkBits, checkLength } from './grid.js';
import { checkedGroupSize } from './group-count.js';
import {
  hasSignedCodes,
  weightGrid,
  writeWeightCodes,
  writeWeightParameters,
} from './weight-parameters.js';

/** What may be added to plain rounding. */
export interface RoundToNearestOptions {
  /** Searches each group for the clip ratio with the least error (methods.md §1.0c). */
  readonly clipSearch?: ClipSearch;
  /** Weights are clamped to these bounds before anything else. */
  readonly clip?: ClipBounds;
}

/**
 * Rounds each weight to the nearest level of its group's grid (methods.md §1.0a-d; floats: §1.12), every operation in
 * float32.
 *
 * The last group of a row may be shorter.
 * @param weight `[rows, columns]`, row-major; left as it is
 * @throws ThinkbitsError `numerics/bits`, `numerics/float-bits`, `numerics/length`, `group/size`,
 *   `group/larger-than-row`, `weight/not-finite`
 */
export function roundToNearest(
  weight: Float32Array,
  rows: number,
  columns: number,
  scheme: WeightScheme,
  options: RoundToNearestOptions = {},
): QuantizedWeight {
  checkBits(scheme.bits);
  checkLength('The weight', weight.length, rows * columns);
  const size = checkedGroupSize(columns, scheme.group);
  const groups = Math.ceil(columns / size); // per row
  const values = clampGroups(weight, rows, columns, size, options.clip);
  const grid = weightGrid(scheme, values, options.clipSearch);
  const { symmetric } = grid;
  const codes = new Uint8Array(rows * columns);
  const scales = new Float32Array(rows * groups);
  const zeros = new Float32Array(symmetric ? 0 : rows * groups);
  const parameters = new Float32Array(2);
  const wholeTensor = scheme.group === 'tensor';
  if (wholeTensor && !writeWeightParameters(values, 0, values.length, grid, parameters)) {
    refuseNotFinite(values, 0, columns);
  }
  for (let row = 0; row < rows; row++) {
    for (let group = 0; group < groups; group++) {
      const start = row * columns + group * size;
      const length = Math.min(size, columns - group * size);
      if (!wholeTensor && !writeWeightParameters(values, start, length, grid, parameters)) {
        refuseNotFinite(values, start, columns);
      }
      scales[row * groups + group] = parameters[0] as number;
      if (!symmetric) zeros[row * groups + group] = parameters[1] as number;
      writeWeightCodes(values, start, length, grid, parameters, codes);
    }
  }
  return {
    rows,
    columns,
    scheme,
    codes: hasSignedCodes(scheme) ? new Int8Array(codes.buffer) : codes,
    scales,
    ...(grid.float?.scale === 'e4m3' && { globalScale: grid.globalScale }),
    ...(!symmetric && { zeros }),
  };
}

/** @throws ThinkbitsError `weight/not-finite`, naming the first such value from `start` on */
export function refuseNotFinite(values: Float32Array, start: number, columns: number): never {
  let at = start;
  while (Number.isFinite(values[at])) at++;
  const [row, column] = [Math.floor(at / columns), at % columns];
  throw new ThinkbitsError({
    code: 'weight/not-finite',
    message: `The weight is ${values[at]} at row ${row}, column ${column}.`,
    help: 'Check the checkpoint: a weight that is NaN or infinite cannot be quantized.',
    details: { row, column },
  });
}
