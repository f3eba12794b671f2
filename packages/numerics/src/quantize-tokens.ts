import type { FloatFormat, RangeRule, SlicedClip } from '@thinkbits/spec';

import { encodeGroup } from './encode-group.js';
import { floatElements } from './float-formats/float-element.js';
import { checkFloatBits, globalScale } from './float-formats/float-scale.js';
import { checkBits, checkLength, type Grid } from './grid.js';
import { checkedGroupSize } from './group-count.js';

/** Codes of tokens, each token and group with a scale and zero point of its own. */
export interface QuantizedTokens {
  readonly tokens: number;
  readonly dimension: number;
  readonly group: number;
  /** `[tokens, dimension]`; signed for symmetric integers. */
  readonly codes: Uint8Array | Int8Array;
  /** What codes stand for where they are no integers. */
  readonly float?: FloatFormat;
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
  /** As of a {@link Grid}; or the ratios of equal slices of the channels, each of one or more groups. */
  readonly clip: number | SlicedClip;
}

/** The grid of each group of a token. */
function groupGrids({ clip, ...grid }: TokenGrid, groups: number): Grid[] {
  if (typeof clip === 'number') return Array.from({ length: groups }, () => ({ ...grid, clip }));
  const slices = clip.low.length;
  checkLength('The upper ratio of the clip', clip.high.length, slices);
  const perSlice = groups / slices;
  if (!Number.isInteger(perSlice)) checkLength('The clip', slices, groups);
  return Array.from({ length: groups }, (_, g) => {
    const slice = Math.floor(g / perSlice);
    return { ...grid, clip: { low: clip.low[slice] as number, high: clip.high[slice] as number } };
  });
}

/**
 * Dynamic quantization of activations, per token and group of channels (methods.md §1.0a, §1.0d). Where scales are
 * relative to one of a whole tensor, a token is the tensor, so that no token depends on another.
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
  checkFloatBits(grid);
  checkLength('The activation', x.length, tokens * dimension);
  const group = checkedGroupSize(dimension, grid.group);
  const groups = Math.ceil(dimension / group);
  const codes = new Uint8Array(tokens * dimension);
  const scales = new Float32Array(tokens * groups);
  const zeros = new Float32Array(tokens * groups);
  const grids = groupGrids(grid, groups);
  const parameters = new Float32Array(2);
  const { float } = grid;
  for (let token = 0; token < tokens; token++) {
    const first = token * dimension;
    const tensorScale =
      float?.scale === 'e4m3' ? globalScale(float, largestOf(x, first, dimension)) : 1;
    for (let g = 0; g < groups; g++) {
      const start = first + g * group;
      const length = Math.min(group, dimension - g * group);
      encodeGroup(x, start, length, grids[g] as Grid, codes, start, parameters, 0, tensorScale);
      scales[token * groups + g] = parameters[0] as number;
      zeros[token * groups + g] = parameters[1] as number;
    }
  }
  return {
    tokens,
    dimension,
    group,
    codes: grid.symmetric && !float ? new Int8Array(codes.buffer) : codes,
    ...(float && { float }),
    scales,
    zeros,
  };
}

/** max|x| of `length` values; 0 where one is NaN or infinite, since such groups decode to NaN whatever the scale. */
function largestOf(x: Float32Array, start: number, length: number): number {
  let largest = 0;
  for (let i = start; i < start + length; i++) {
    largest = Math.max(largest, Math.abs(x[i] as number));
  }
  return Number.isFinite(largest) ? largest : 0;
}

/**
 * Reads tokens back: x̂ = scale · (code - zero) in float32, or scale · element(code) where codes are floats.
 * @param out `[tokens, dimension]`, filled and returned; made where absent
 */
export function dequantizeTokens(q: QuantizedTokens, out?: Float32Array): Float32Array {
  const { tokens, dimension, group, codes, scales, zeros } = q;
  const result = out ?? new Float32Array(tokens * dimension);
  checkLength('The output', result.length, tokens * dimension);
  const groups = Math.ceil(dimension / group);
  const elements = q.float && floatElements[q.float.element].values;
  for (let token = 0; token < tokens; token++) {
    for (let g = 0; g < groups; g++) {
      const scale = scales[token * groups + g] as number;
      const zero = zeros[token * groups + g] as number;
      const start = token * dimension + g * group;
      const end = token * dimension + Math.min((g + 1) * group, dimension);
      if (elements) {
        for (let i = start; i < end; i++) {
          result[i] = scale * (elements[codes[i] as number] as number);
        }
      } else for (let i = start; i < end; i++) result[i] = scale * ((codes[i] as number) - zero);
    }
  }
  return result;
}
