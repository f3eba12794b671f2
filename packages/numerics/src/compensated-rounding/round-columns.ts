import type { QuantizedWeight, WeightScheme } from '@thinkbits/spec';
import { checkBits, checkLength } from '../grid.js';
import { checkedGroupSize } from '../group-count.js';
import { roundingShift } from '../group-parameters.js';
import { type BlockedOptions, blockOf } from '../linear-algebra/matrix-block.js';
import { pause } from '../linear-algebra/pause.js';
import { subtractProduct as plainProduct } from '../linear-algebra/subtract-product.js';
import { refuseNotFinite } from '../round-to-nearest.js';
import { weightGrid } from '../weight-parameters.js';
import { columnBlocks } from './column-blocks.js';
import { createGroupFinder } from './group-finder.js';
import type { CompleteCompensationOptions } from './options.js';
import type { PreparedColumns } from './prepare-columns.js';

/** How columns are rounded. */
export interface RoundColumnsOptions
  extends BlockedOptions,
    Pick<CompleteCompensationOptions, 'staticGroups' | 'clipSearch' | 'blockSize'> {
  /** `[rows, groups]`, not negative: ranges are found from weights clamped to ±clip. */
  readonly clip?: Float32Array;
}

/**
 * Rounds column by column; what each rounding loses is made up for by the columns after it (GPTQ, arXiv 2210.17323, algorithm 1;
 * methods.md §1.3, steps 2, 3 and 6). With a diagonal Hessian nothing spreads, and the codes are those of rounding to nearest.
 *
 * Scales of dynamic groups come from columns with all corrections: blocks end where a group starts that would cross them
 * (methods.md §5, trap 10). Dead columns become 0; per-channel scales that are not static are found before that (§9.6).
 * @param weight `[rows, columns]`, left as it is
 * @throws ThinkbitsError `numerics/bits`, `numerics/length`, `group/size`, `group/larger-than-row`, `weight/not-finite`, `run/aborted`
 */
export async function roundColumns(
  weight: Float32Array,
  rows: number,
  columns: number,
  scheme: WeightScheme,
  prepared: PreparedColumns,
  options: RoundColumnsOptions,
): Promise<QuantizedWeight> {
  checkBits(scheme.bits);
  checkLength('The weight', weight.length, rows * columns);
  checkLength('The column order', prepared.order.length, columns);
  if (!weight.every(Number.isFinite)) refuseNotFinite(weight, 0, columns);
  const { order, dead, upper, response } = prepared;
  const { subtractProduct = plainProduct, signal } = options;
  const { symmetric } = scheme;
  const size = checkedGroupSize(columns, scheme.group);
  const groups = Math.ceil(columns / size);
  const dynamic = !options.staticGroups && scheme.group !== 'channel';
  const groupOf = order.map((column, i) => Math.floor((dynamic ? i : column) / size)); // by position
  const grid = weightGrid(scheme, options.clipSearch || undefined);
  const { lowest, highest } = grid;
  const fround = Math.fround;

  const codes = new Uint8Array(rows * columns);
  const groupsFound = createGroupFinder(rows, columns, size, grid, options.clip);
  const { scales, zeros } = groupsFound;

  // the weight by positions; dead columns are 0
  const work = new Float32Array(rows * columns);
  const alive = weight.slice();
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < columns; i++) {
      const at = row * columns + (order[i] as number);
      if (dead[order[i] as number]) alive[at] = 0;
      work[row * columns + i] = alive[at] as number;
    }
  }
  if (!dynamic) groupsFound.findAll(options.staticGroups ? alive : weight);

  for (const [start, end] of columnBlocks(columns, options.blockSize, dynamic ? size : undefined)) {
    const width = end - start;
    const errors = new Float32Array(rows * width);
    const minusWeights = new Float32Array(response ? rows * width : 0);
    const current = new Float64Array(width); // a row's columns of this block, with all corrections
    for (let row = 0; row < rows; row++) {
      const base = row * columns;
      for (let k = 0; k < width; k++) current[k] = work[base + start + k] as number;
      for (let k = 0; k < width; k++) {
        const i = start + k;
        if (dynamic && i % size === 0) {
          for (let l = k; l < width; l++) work[base + start + l] = current[l] as number;
          groupsFound.findAt(work, row, i, order);
        }
        const parameter = row * groups + (groupOf[i] as number);
        const scale = scales[parameter] as number;
        const zero = zeros[parameter] as number;
        const value = fround(current[k] as number);
        const rounded = fround(value / scale) + roundingShift - roundingShift + zero;
        const code = Math.min(Math.max(rounded, lowest), highest);
        codes[base + (order[i] as number)] = code;
        const from = i * columns + start;
        const error = (value - fround(scale * (code - zero))) / (upper[from + k] as number);
        errors[row * width + k] = error;
        for (let l = k + 1; l < width; l++) {
          current[l] = (current[l] as number) - error * (upper[from + l] as number);
        }
        if (!response) continue;
        minusWeights[row * width + k] = -value;
        for (let l = k + 1; l < width; l++) {
          current[l] = (current[l] as number) + value * (response[from + l] as number);
        }
      }
    }
    if (end === columns) break;
    const later = blockOf(work, columns, [0, rows], [end, columns]);
    const factors = [
      [errors, upper] as const,
      ...(response ? [[minusWeights, response] as const] : []),
    ];
    for (const [left, right] of factors) {
      await subtractProduct(
        later,
        blockOf(left, width, [0, rows], [0, width]),
        blockOf(right, columns, [start, end], [end, columns]),
        false,
      );
    }
    await pause(signal);
  }

  const groupIndex = new Int32Array(columns);
  for (const [i, column] of order.entries()) groupIndex[column] = groupOf[i] as number;
  const consecutive = groupIndex.every((group, column) => group === Math.floor(column / size));
  return {
    rows,
    columns,
    scheme,
    codes: symmetric ? new Int8Array(codes.buffer) : codes,
    scales,
    ...(symmetric ? {} : { zeros }),
    ...(consecutive ? {} : { groupIndex }),
  };
}
