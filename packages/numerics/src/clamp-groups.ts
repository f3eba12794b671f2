import type { ClipBounds } from '@thinkbits/spec';
import { checkLength } from './grid.js';
import { mapOutputs } from './linear-map/linear-map.js';

/**
 * A weight with each of its groups clamped to the group's bounds: a copy, or the weight itself where there are none. Bounds
 * that stand before a map of the outputs clamp what the map is taken back from.
 * @param weight `[rows, columns]`, row-major
 * @param size columns of a group; the last one of a row may be shorter
 * @throws ThinkbitsError `numerics/length`
 */
export function clampGroups(
  weight: Float32Array,
  rows: number,
  columns: number,
  size: number,
  bounds: ClipBounds | undefined,
): Float32Array {
  if (!bounds) return weight;
  const { before, ...plain } = bounds;
  if (before) {
    const original = mapOutputs(before.inverse, weight, rows, columns);
    const clamped = clampGroups(original, rows, columns, size, plain);
    return mapOutputs(before.forward, clamped, rows, columns);
  }
  const groups = Math.ceil(columns / size); // per row
  checkLength('The lower bound of the clip', bounds.low.length, rows * groups);
  checkLength('The upper bound of the clip', bounds.high.length, rows * groups);
  const clamped = new Float32Array(weight.length);
  for (let group = 0; group < rows * groups; group++) {
    const low = bounds.low[group] as number;
    const high = bounds.high[group] as number;
    const row = Math.floor(group / groups) * columns;
    const start = row + (group % groups) * size;
    const end = Math.min(start + size, row + columns);
    for (let i = start; i < end; i++) {
      clamped[i] = Math.min(Math.max(weight[i] as number, low), high);
    }
  }
  return clamped;
}
