import { reshape, split, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import {
  type ChannelMap,
  cachedAttention,
  type KvCache,
  type RotaryTable,
  rmsNorm,
  rotaryEmbedding,
  type Segment,
} from '@thinkbits/ops';
import type { DecoderConfig } from '../config/decoder-config.js';

/** What attention does to queries, keys and values besides projecting them. */
export interface AttentionParts {
  /** `[headDim]`, Qwen3 alone. */
  readonly queryNorm?: Tensor1D;
  readonly keyNorm?: Tensor1D;
  /** Per head, after the rotary embedding; the queries' map undoes what the keys' does to their products. */
  readonly queryMap?: ChannelMap;
  readonly keyMap?: ChannelMap;
  /** Per key-value head, before the cache. */
  readonly valueMap?: ChannelMap;
}

/** Where in which rows the tokens stand, and the cache that they are added to. */
export interface AttentionPlace {
  readonly table: RotaryTable;
  /** `[tokens]` */
  readonly positions: Int32Array;
  readonly segments: readonly Segment[];
  readonly cache: KvCache;
  /** Index of the decoder layer within the cache. */
  readonly layer: number;
}

/**
 * Attention between the projections of a decoder layer: splits q, k and v, norms, rotates, stores and attends.
 * @param qkv `[tokens, (heads + 2 · kvHeads) · headDim]`
 * @returns what o_proj reads, `[tokens, heads · headDim]`; call within a tidy
 */
export function attend(
  qkv: Tensor2D,
  parts: AttentionParts,
  config: Pick<DecoderConfig, 'heads' | 'kvHeads' | 'headDim' | 'normEpsilon'>,
  { table, positions, segments, cache, layer }: AttentionPlace,
): Tensor2D {
  const { heads, kvHeads, headDim, normEpsilon } = config;
  const [q, k, v] = split(qkv, [heads * headDim, kvHeads * headDim, kvHeads * headDim], 1) as [
    Tensor2D,
    Tensor2D,
    Tensor2D,
  ];
  const turn = (x: Tensor2D, norm: Tensor1D | undefined, map: ChannelMap | undefined): Tensor2D => {
    const normed = norm
      ? (reshape(
          rmsNorm(reshape(x, [-1, headDim]) as Tensor2D, norm, normEpsilon),
          x.shape,
        ) as Tensor2D)
      : x;
    const rotated = rotaryEmbedding(normed, { table, positions });
    return map ? map.apply(rotated) : rotated;
  };
  const query = turn(q, parts.queryNorm, parts.queryMap); // [tokens, heads · headDim]
  const key = turn(k, parts.keyNorm, parts.keyMap); // [tokens, kvHeads · headDim]
  const value = parts.valueMap ? parts.valueMap.apply(v) : v;
  return cachedAttention(query, key, value, { cache, layer, segments, heads });
}
