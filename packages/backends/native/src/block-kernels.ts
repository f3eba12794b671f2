import {
  type Block,
  type BlockKernels,
  plainBlockKernels,
  type Rounding,
} from '@thinkbits/numerics';
import type { Addon } from './addon.js';
import { floatFormatNumbers } from './kernels/float-format-numbers.js';

/** Columns of a block that the addon takes (compensationWidth in native/kernels.h). */
const widest = 512;

const none = new Float32Array(0);

/** What native/compensation-calls.cc is told of positions [from, to) of a block, in its order. */
function numbersOf(
  { rows, columns, grid, groups }: Rounding,
  { start, end }: Block,
  from: number,
  to: number,
): Int32Array {
  const { lowest, highest, float } = grid;
  const kind = float ? 1 + floatFormatNumbers(float)[0] : 0;
  return Int32Array.of(
    ...[rows, columns, start, end, from, to, groups.perRow, lowest, highest, kind],
  );
}

/** Rounding with error feedback by the addon: rows side by side, with the bits of plain loops; wider blocks go to those. */
export function nativeBlockKernels(addon: Addon): BlockKernels {
  return {
    correct(rounding, block, from, to, out) {
      if (block.end - block.start > widest) {
        plainBlockKernels.correct(rounding, block, from, to, out);
        return;
      }
      const { work, prepared } = rounding;
      addon.correctColumns(
        work,
        block.errors,
        block.minusWeights ?? none,
        prepared.upper,
        prepared.response ?? none,
        out,
        numbersOf(rounding, block, from, to),
      );
    },
    sweep(rounding, block, from, to) {
      if (block.end - block.start > widest) {
        plainBlockKernels.sweep(rounding, block, from, to);
        return;
      }
      const { work, codes, prepared, groups, groupOf } = rounding;
      addon.sweepColumns(
        work,
        codes,
        block.errors,
        block.minusWeights ?? none,
        prepared.upper,
        prepared.response ?? none,
        groups.scales,
        groups.zeros,
        groupOf,
        prepared.order,
        numbersOf(rounding, block, from, to),
      );
    },
  };
}
