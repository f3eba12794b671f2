import {
  type Block,
  type BlockKernels,
  plainBlockKernels,
  type Rounding,
} from './block-kernels.js';

/** Finds the parameters of the dynamic group that starts at `position`, from its columns with all corrections. */
function findGroup(
  rounding: Rounding,
  block: Block,
  position: number,
  kernels: BlockKernels,
): void {
  const { rows, columns, groups, dynamicSize } = rounding;
  const length = Math.min(dynamicSize, columns - position);
  const corrected = new Float32Array(rows * length);
  // a group that reaches beyond the block starts with it, and work is up to date
  kernels.correct(rounding, block, position, position + length, corrected);
  for (let row = 0; row < rows; row++) groups.find(corrected, row * length, length, row, position);
}

/**
 * Rounds the columns at positions [start, end), each with what the columns before it in the block ask of it;
 * stops where a dynamic group starts, to find its scales.
 */
export function roundBlock(
  rounding: Rounding,
  start: number,
  end: number,
  kernels: BlockKernels = plainBlockKernels,
): Block {
  const { rows, dynamicSize, prepared } = rounding;
  const size = rows * (end - start);
  const block: Block = {
    start,
    end,
    errors: new Float32Array(size),
    ...(prepared.response && { minusWeights: new Float32Array(size) }),
  };
  for (let from = start; from < end; ) {
    const next = dynamicSize > 0 ? from + dynamicSize - (from % dynamicSize) : end;
    const to = Math.min(next, end);
    if (dynamicSize > 0 && from % dynamicSize === 0) findGroup(rounding, block, from, kernels);
    kernels.sweep(rounding, block, from, to);
    from = to;
  }
  return block;
}
