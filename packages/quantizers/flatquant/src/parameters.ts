import { kroneckerFactors, randomOrthogonal } from '@thinkbits/numerics';
import type { RandomSource } from '@thinkbits/spec';
import { type LayerShape, roles } from './layer-shape.js';
import type { FlatquantOptions } from './options.js';

/** A learned array on the host. */
export interface Parameter {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/**
 * What is learned of a decoder layer, by name:
 *
 * - `qkv`, `gate-up` and each `down.RANK`: `.left` `[l, l]`, `.right` `[r, r]`, `.diagonal` `[l · r]`;
 * - each `o.RANK`: `[heads / ranks, heads / ranks]`, across heads; `value`, `key`: `[headDim, headDim]`, within every head;
 * - `clip.ROLE` `[out, groups, 1]`, `clip.input.STAGE` `[slices, 1]`, `clip.key`, `clip.value` `[1, 1]`: `.low` and `.high`, the
 *   ratios of the ends before the sigmoid.
 */
export type Parameters = Map<string, Parameter>;

/** σ(4) = 0.982: clips start close to the whole range (methods.md §1.8). */
const firstClip = 4;

/** The least element of a diagonal at its start. */
const leastDiagonal = 1e-5;

/** The largest magnitudes of each channel before a linear: of its weights' columns and of what it reads. */
export interface ChannelMaxima {
  readonly weights: Float32Array;
  readonly inputs: Float32Array;
}

/** d = max(w^(1-α) / a^α, 1e-5), which inputs are multiplied by and weights divided by (methods.md §1.8). */
export function firstDiagonal({ weights, inputs }: ChannelMaxima, alpha: number): Float32Array {
  return weights.map((weight, i) => {
    const input = Math.max(inputs[i] as number, leastDiagonal);
    return Math.max(weight ** (1 - alpha) / input ** alpha, leastDiagonal);
  });
}

/**
 * Where training starts: random orthogonal maps, diagonals that balance weights against inputs, clips near 1.
 * @param maxima of the inputs of q, k and v (0), of gate and up (2), and of down (3)
 */
export function firstParameters(
  shape: LayerShape,
  options: Required<FlatquantOptions>,
  random: RandomSource,
  maxima: ReadonlyMap<number, ChannelMaxima>,
): Parameters {
  const { heads, headDim, ranks, sites, linears, inputs, key, value } = shape;
  const { diagonal, weightClip, activationClip } = options;
  const parameters: Parameters = new Map();
  const orthogonal = (name: string, size: number): void => {
    const values = randomOrthogonal(size, random.fork(name));
    parameters.set(name, { shape: [size, size], values });
  };
  const kronecker = (name: string, stage: number, from: number, to: number): void => {
    const [left, right] = kroneckerFactors(to - from);
    orthogonal(`${name}.left`, left);
    orthogonal(`${name}.right`, right);
    const largest = maxima.get(stage);
    if (diagonal === false || !largest) return;
    const values = firstDiagonal(largest, diagonal).slice(from, to);
    parameters.set(`${name}.diagonal`, { shape: [to - from], values });
  };
  const clip = (name: string, dimensions: readonly number[]): void => {
    const size = dimensions.reduce((product, length) => product * length, 1);
    for (const end of ['low', 'high']) {
      const values = new Float32Array(size).fill(firstClip);
      parameters.set(`clip.${name}.${end}`, { shape: dimensions, values });
    }
  };

  const { channels: hidden } = inputs[0] as { channels: number };
  const { channels: intermediate } = inputs[3] as { channels: number };
  if (sites.includes('qkv')) kronecker('qkv', 0, 0, hidden);
  if (sites.includes('gate-up')) kronecker('gate-up', 2, 0, hidden);
  for (let rank = 0; rank < ranks; rank++) {
    const slice = intermediate / ranks;
    if (sites.includes('down')) kronecker(`down.${rank}`, 3, rank * slice, (rank + 1) * slice);
    if (sites.includes('o')) orthogonal(`o.${rank}`, heads / ranks);
  }
  if (sites.includes('value')) orthogonal('value', headDim);
  if (sites.includes('key')) orthogonal('key', headDim);
  for (const role of weightClip ? roles : []) {
    const { info, scheme, groups } = linears[role];
    if (scheme) clip(role, [info.out, groups, 1]);
  }
  if (!activationClip) return parameters;
  for (const [stage, { scheme, slices }] of inputs.entries())
    if (scheme) clip(`input.${stage}`, [slices, 1]);
  if (key) clip('key', [1, 1]);
  if (value) clip('value', [1, 1]);
  return parameters;
}
