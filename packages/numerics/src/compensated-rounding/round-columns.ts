import type { ClipBounds, QuantizedWeight, WeightScheme } from '@thinkbits/spec';
import { allFinite } from '../all-finite.js';
import { clampGroups } from '../clamp-groups.js';
import { checkBits, checkLength } from '../grid.js';
import { checkedGroupSize } from '../group-count.js';
import {
  type BlockedOptions,
  blockOf,
  type SubtractProduct,
} from '../linear-algebra/matrix-block.js';
import { pause } from '../linear-algebra/pause.js';
import { subtractProduct as plainProduct } from '../linear-algebra/subtract-product.js';
import { refuseNotFinite } from '../round-to-nearest.js';
import { hasSignedCodes, weightGrid } from '../weight-parameters.js';
import type { Block, BlockKernels, Rounding } from './block-kernels.js';
import { columnBlocks } from './column-blocks.js';
import { clearColumns, reorderColumns } from './column-order.js';
import { createGroupFinder, refuseRange } from './group-finder.js';
import type { CompleteCompensationOptions } from './options.js';
import type { PreparedColumns } from './prepare-columns.js';
import { roundBlock } from './round-block.js';

/** How columns are rounded. */
export interface RoundColumnsOptions
  extends BlockedOptions,
    Pick<CompleteCompensationOptions, 'staticGroups' | 'clipSearch' | 'blockSize'> {
  /** Weights are clamped to these bounds before anything else. */
  readonly clip?: ClipBounds;
  /** What rounds within a block; plain loops where absent. */
  readonly blockKernels?: BlockKernels;
}

/**
 * Rounds column by column; what each rounding loses is made up for by the columns after it (GPTQ, arXiv
 * 2210.17323, algorithm 1; methods.md §1.3, steps 2, 3 and 6). With a diagonal Hessian nothing spreads, and
 * the codes are those of rounding to nearest.
 *
 * Scales of dynamic groups come from columns with all corrections: blocks end where a group starts that would
 * cross them (methods.md §5, trap 10). Dead columns become 0; per-channel scales that are not static are
 * found before that (§9.6).
 * @param weight `[rows, columns]`, left as it is
 * @throws ThinkbitsError `numerics/bits`, `numerics/float-bits`, `numerics/length`, `group/size`, `group/larger-than-row`,
 * `weight/not-finite`, `run/aborted`
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
  if (!allFinite(weight)) refuseNotFinite(weight, 0, columns);
  const { order } = prepared;
  const size = checkedGroupSize(columns, scheme.group);
  const dynamic = !options.staticGroups && typeof scheme.group === 'number';
  const groupOf = order.map((column, i) => Math.floor((dynamic ? i : column) / size)); // by position
  const clamped = clampGroups(weight, rows, columns, size, options.clip);
  const alive = clearColumns(clamped, columns, prepared.dead);
  const values = options.staticGroups || dynamic ? alive : clamped; // what scales are found from
  const grid = weightGrid(scheme, values, options.clipSearch || undefined);
  const groups = createGroupFinder(rows, columns, size, grid);
  const wholeTensor = scheme.group === 'tensor';
  if (wholeTensor) groups.findForAll(values);
  for (let row = 0; row < rows && !dynamic && !wholeTensor; row++) {
    for (let start = 0; start < columns; start += size) {
      const length = Math.min(size, columns - start);
      groups.find(values, row * columns + start, length, row, start);
    }
  }

  const work = reorderColumns(alive, order);
  const codes = new Uint8Array(rows * columns);
  const dynamicSize = dynamic ? size : 0;
  const state = { rows, columns, grid, groups, groupOf, dynamicSize, work, codes, prepared };
  for (const [start, end] of columnBlocks(columns, options.blockSize, dynamicSize)) {
    const block = roundBlock(state, start, end, options.blockKernels);
    if (!allFinite(block.errors)) {
      const lost = block.errors.findIndex((error) => !Number.isFinite(error));
      refuseRange(Math.floor(lost / (end - start)));
    }
    if (end < columns) {
      await correctLater(state, block, options.subtractProduct);
      await pause(options.signal);
    }
  }

  const groupIndex = new Int32Array(columns);
  for (const [i, column] of order.entries()) groupIndex[column] = groupOf[i] as number;
  const consecutive = groupIndex.every((group, column) => group === Math.floor(column / size));
  return {
    rows,
    columns,
    scheme,
    codes: hasSignedCodes(scheme) ? new Int8Array(codes.buffer) : codes,
    scales: groups.scales,
    ...(grid.float?.scale === 'e4m3' && { globalScale: grid.globalScale }),
    ...(!grid.symmetric && { zeros: groups.zeros }),
    ...(consecutive ? {} : { groupIndex }),
  };
}

/** Moves all columns behind a block by what it asks of them. */
async function correctLater(
  { rows, columns, work, prepared }: Rounding,
  { start, end, errors, minusWeights }: Block,
  subtractProduct: SubtractProduct = plainProduct,
): Promise<void> {
  const { upper, response } = prepared;
  const width = end - start;
  const later = blockOf(work, columns, [0, rows], [end, columns]);
  for (const [left, right] of [
    [errors, upper],
    [minusWeights, response],
  ]) {
    if (!left || !right) continue;
    await subtractProduct(
      later,
      blockOf(left, width, [0, rows], [0, width]),
      blockOf(right, columns, [start, end], [end, columns]),
      false,
    );
  }
}
