import type { StaticKvGrid } from '@thinkbits/spec';
import { type Grid, highestCode, lowestCode } from './grid.js';
import { codeOf, writeGroupParameters } from './group-parameters.js';

/**
 * The grids of channels whose ranges are known (KVQuant*, methods.md §1.7; KIVI, arXiv 2402.02750), each operation in float32.
 *
 * Zero points are not clamped to the codes, unlike those of `min-max` weights: a channel far from 0 keeps all its levels. A
 * constant channel has no range of its own; 0 is then taken into it, so that the channel comes back.
 * @param low `[channels]`, the least value of each
 * @param high `[channels]`, the largest
 * @returns `offset`, the minima, under the rule `float-minimum` alone
 */
export function channelGrids(low: Float32Array, high: Float32Array, grid: Grid): StaticKvGrid {
  const channels = low.length;
  const { bits, symmetric, range } = grid;
  const { clip } = grid;
  const [lower, upper] = typeof clip === 'number' ? [clip, clip] : [clip.low, clip.high];
  const highest = highestCode(bits, symmetric);
  const scales = new Float32Array(channels);
  const zeros = new Float32Array(channels);
  const offset = range === 'float-minimum' && !symmetric ? new Float32Array(channels) : undefined;
  const parameters = new Float32Array(2);
  for (let c = 0; c < channels; c++) {
    let minimum = Math.fround((low[c] as number) * Math.fround(lower));
    let maximum = Math.fround((high[c] as number) * Math.fround(upper));
    const notFinite = (maximum - minimum) * 0; // 0, or NaN where an end is NaN or infinite
    if (offset) {
      scales[c] = Math.fround(Math.fround(maximum - minimum) / highest) || 1 + notFinite;
      offset[c] = minimum;
      continue;
    }
    if (symmetric || range !== 'min-max' || minimum === maximum) {
      minimum = Math.min(minimum, 0);
      maximum = Math.max(maximum, 0);
    }
    writeGroupParameters(minimum, maximum, highest, symmetric, false, 0, parameters, 0);
    scales[c] = (parameters[0] as number) + notFinite;
    zeros[c] = parameters[1] as number;
  }
  return { scales, zeros, ...(offset && { offset }) };
}

/**
 * Rounds one token to given grids: code = clamp(round((x - offset) / scale) + zero), in float32.
 * @param values the token's channels from `start`, `length` of them
 * @param grids read from `gridStart`
 * @param codes written from `codesStart`; bytes are two's complement when symmetric
 */
export function encodeOnGrids(
  values: Float32Array,
  start: number,
  length: number,
  grids: StaticKvGrid,
  gridStart: number,
  { bits, symmetric }: Pick<Grid, 'bits' | 'symmetric'>,
  codes: Uint8Array | Int8Array,
  codesStart: number,
): void {
  const { scales, zeros, offset } = grids;
  const [lowest, highest] = [lowestCode(bits, symmetric), highestCode(bits, symmetric)];
  for (let i = 0; i < length; i++) {
    const c = gridStart + i;
    const value = values[start + i] as number;
    const moved = offset ? Math.fround(value - (offset[c] as number)) : value;
    const [scale, zero] = [scales[c] as number, zeros[c] as number];
    codes[codesStart + i] = codeOf(moved, scale, zero, lowest, highest);
  }
}

/**
 * Quantizes consecutive tokens per channel, each channel on the grid of its own range over them.
 * @param values `[tokens, channels]` from `start`
 * @param codes `[tokens, channels]`, written
 */
export function encodeChannelGroup(
  values: Float32Array,
  start: number,
  tokens: number,
  channels: number,
  grid: Grid,
  codes: Uint8Array | Int8Array,
): StaticKvGrid {
  const low = new Float32Array(channels).fill(Number.POSITIVE_INFINITY);
  const high = new Float32Array(channels).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < tokens * channels; i++) {
    const value = values[start + i] as number;
    const c = i % channels;
    low[c] = Math.min(low[c] as number, value); // NaN stays
    high[c] = Math.max(high[c] as number, value);
  }
  const grids = channelGrids(low, high, grid);
  for (let t = 0; t < tokens; t++) {
    const at = t * channels;
    encodeOnGrids(values, start + at, channels, grids, 0, grid, codes, at);
  }
  return grids;
}
