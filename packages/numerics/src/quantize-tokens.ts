import type { RangeRule, SlicedClip } from '@thinkbits/spec';
import { encodeGroup } from './encode-group.js';
import { checkBits, checkLength, type Grid } from './grid.js';
import { checkedGroupSize } from './group-count.js';

/** Codes of tokens, each token and group with a scale and zero point of its own. */
export interface QuantizedTokens {
  readonly tokens: number;
  readonly dimension: number;
  readonly group: number;
  /** `[tokens, dimension]`; signed when symmetric. */
  readonly codes: Uint8Array | Int8Array;
  /** `[tokens, groups]` */
  readonly scales: Float32Array;
  /** `[tokens, groups]`, integers in float32; all 0 when symmetric. */
  readonly zeros: Float32Array;
}

/** How tokens are quantized. */
export interface TokenGrid extends Omit<Grid, 'clip' | 'range'> {
  readonly range?: RangeRule;
  /** Channels that share a scale; the last group of a token may be shorter. */
  readonly group: number;
  /** As of a {@link Grid}; or the ratios of each group. */
  readonly clip: number | SlicedClip;
}

/** The grid of each group of a token. */
function groupGrids({ clip, ...grid }: TokenGrid, groups: number): Grid[] {
  if (typeof clip === 'number') return Array.from({ length: groups }, () => ({ ...grid, clip }));
  checkLength('The lower ratio of the clip', clip.low.length, groups);
  checkLength('The upper ratio of the clip', clip.high.length, groups);
  return clip.low.map((low, g) => ({ ...grid, clip: { low, high: clip.high[g] as number } }));
}

/**
 * Dynamic quantization of activations, per token and group of channels (methods.md §1.0a, §1.0d).
 * @param x `[tokens, dimension]`, row-major
 * @throws ThinkbitsError `numerics/bits`, `numerics/length`, `group/size`, `group/larger-than-row`
 */
export function quantizeTokens(
  x: Float32Array,
  tokens: number,
  dimension: number,
  grid: TokenGrid,
): QuantizedTokens {
  checkBits(grid.bits);
  checkLength('The activation', x.length, tokens * dimension);
  const group = checkedGroupSize(dimension, grid.group);
  const groups = Math.ceil(dimension / group);
  const codes = new Uint8Array(tokens * dimension);
  const scales = new Float32Array(tokens * groups);
  const zeros = new Float32Array(tokens * groups);
  const grids = groupGrids(grid, groups);
  const parameters = new Float32Array(2);
  for (let token = 0; token < tokens; token++) {
    for (let g = 0; g < groups; g++) {
      const start = token * dimension + g * group;
      const length = Math.min(group, dimension - g * group);
      encodeGroup(x, start, length, grids[g] as Grid, codes, start, parameters, 0);
      scales[token * groups + g] = parameters[0] as number;
      zeros[token * groups + g] = parameters[1] as number;
    }
  }
  return {
    tokens,
    dimension,
    group,
    codes: grid.symmetric ? new Int8Array(codes.buffer) : codes,
    scales,
    zeros,
  };
}

/**
 * Reads tokens back: x̂ = scale · (code - zero) in float32.
 * @param out `[tokens, dimension]`, filled and returned; made where absent
 */
export function dequantizeTokens(q: QuantizedTokens, out?: Float32Array): Float32Array {
  const { tokens, dimension, group, codes, scales, zeros } = q;
  const result = out ?? new Float32Array(tokens * dimension);
  checkLength('The output', result.length, tokens * dimension);
  const groups = Math.ceil(dimension / group);
  for (let token = 0; token < tokens; token++) {
    for (let g = 0; g < groups; g++) {
      const scale = scales[token * groups + g] as number;
      const zero = zeros[token * groups + g] as number;
      const start = token * dimension + g * group;
      const end = token * dimension + Math.min((g + 1) * group, dimension);
      for (let i = start; i < end; i++) result[i] = scale * ((codes[i] as number) - zero);
    }
  }
  return result;
}
