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
import type { KvScheme } from '@thinkbits/spec';
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

/** The dimensions that attention splits its projections by. */
export type AttentionConfig = Pick<DecoderConfig, 'heads' | 'kvHeads' | 'headDim' | 'normEpsilon'>;

/**
 * What attention stores and asks with: splits q, k and v, norms, rotates and maps them; call within a tidy.
 * @param qkv `[tokens, (heads + 2 · kvHeads) · headDim]`
 * @param keyRope `before`: keys are left as they are before the rotary embedding
 * @returns query `[tokens, heads · headDim]`, key and value `[tokens, kvHeads · headDim]`
 */
export function attentionInputs(
  qkv: Tensor2D,
  parts: AttentionParts,
  { heads, kvHeads, headDim, normEpsilon }: AttentionConfig,
  angles: Pick<AttentionPlace, 'table' | 'positions'>,
  keyRope: KvScheme['rope'],
): { query: Tensor2D; key: Tensor2D; value: Tensor2D } {
  const [q, k, v] = split(qkv, [heads * headDim, kvHeads * headDim, kvHeads * headDim], 1) as [
    Tensor2D,
    Tensor2D,
    Tensor2D,
  ];
  const normed = (x: Tensor2D, norm: Tensor1D | undefined): Tensor2D => {
    if (!norm) return x;
    const perHead = reshape(x, [-1, headDim]) as Tensor2D;
    return reshape(rmsNorm(perHead, norm, normEpsilon), x.shape) as Tensor2D;
  };
  const turned = (x: Tensor2D, map: ChannelMap | undefined): Tensor2D => {
    const rotated = rotaryEmbedding(x, angles);
    return map ? map.apply(rotated) : rotated;
  };
  const key = normed(k, parts.keyNorm);
  return {
    query: turned(normed(q, parts.queryNorm), parts.queryMap),
    key: keyRope === 'before' ? key : turned(key, parts.keyMap),
    value: parts.valueMap ? parts.valueMap.apply(v) : v,
  };
}

/**
 * Attention between the projections of a decoder layer: prepares queries, keys and values, stores and attends.
 * @param qkv `[tokens, (heads + 2 · kvHeads) · headDim]`
 * @returns what o_proj reads, `[tokens, heads · headDim]`; call within a tidy
 */
export function attend(
  qkv: Tensor2D,
  parts: AttentionParts,
  config: AttentionConfig,
  { table, positions, segments, cache, layer }: AttentionPlace,
): Tensor2D {
  const rope = cache.rotatesOnRead(layer) ? 'before' : 'after';
  const { query, key, value } = attentionInputs(qkv, parts, config, { table, positions }, rope);
  return cachedAttention(query, key, value, {
    cache,
    layer,
    segments,
    heads: config.heads,
    table,
  });
}
