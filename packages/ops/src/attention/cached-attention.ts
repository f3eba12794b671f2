import {
  add,
  concat,
  matMul,
  mul,
  softmax,
  sub,
  type Tensor,
  type Tensor2D,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { type FusedOp, runOp } from '../fused-op.js';
import type { KvDimensions } from '../kv-cache/check-kv-parameters.js';
import type { KeyRotation } from '../kv-cache/key-rotation.js';
import type { KvCache } from '../kv-cache/kv-cache.js';
import { type KvStore, readStore } from '../kv-cache/kv-store.js';
import type { RotaryTable } from '../rotary-embedding.js';
import { hiddenScore } from './hidden-score.js';

/** Consecutive tokens of one row within a batch of tokens. */
export interface Segment {
  readonly slot: number;
  /** How many tokens of the row came before: the position of the first token. */
  readonly start: number;
  readonly count: number;
}

/** Attributes of the kernel `CachedAttention`. */
export interface CachedAttentionAttributes {
  readonly cache: KvCache;
  readonly layer: number;
  /** In the order of the tokens; together they cover all of them. */
  readonly segments: readonly Segment[];
  readonly heads: number;
  /** Angles of all positions of the rows; needed where the layer keeps keys as they are before the rotary embedding. */
  readonly table?: RotaryTable;
}

type Inputs = { query: Tensor2D; key: Tensor2D; value: Tensor2D };

/** From this many tokens on, matrix products beat loops over the cache in TypeScript. */
const longSegment = 192;

/** What a row holds of one half after a segment, by kv head, and which of it each of the segment's queries sees in which form. */
interface History {
  /** `[tokens, headDim]` as stored at the end: valid for tokens that have left the window. */
  readonly stored: readonly Float32Array[];
  /** `[tokens, headDim]` as they were in the window, with `[count, tokens]` 1 where a query sees them stored, else 0. */
  readonly window?: { readonly fresh: readonly Float32Array[]; readonly seesStored: Tensor2D };
}

/** `[count, end]`: 1 where token j has left the window when query t attends; undefined where all of them have. */
function storedMask(store: KvStore, { start, count }: Segment): Tensor2D | undefined {
  const end = start + count;
  const mask = new Float32Array(count * end);
  let all = true;
  for (let t = 0; t < count; t++) {
    const settled = store.settledAfter(start + t + 1);
    if (settled <= start + t) all = false;
    mask.fill(1, t * end, t * end + settled);
  }
  return all ? undefined : tensor2d(mask, [count, end]);
}

/** Appends a segment to a store and returns what the row then holds. */
function appendAndRead(
  store: KvStore,
  source: Float32Array,
  first: number,
  segment: Segment,
  { kvHeads, headDim }: KvDimensions,
  rotation?: KeyRotation,
): History {
  const { start, count } = segment;
  const size = (start + count) * headDim;
  const width = kvHeads * headDim;
  const perHead = <T>(make: (head: number) => T): T[] =>
    Array.from({ length: kvHeads }, (_, head) => make(head));
  const seesStored = storedMask(store, segment);
  const fresh = seesStored && perHead(() => new Float32Array(size));
  fresh?.forEach((tokens, head) => {
    readStore(store, head, headDim, tokens);
    for (let t = 0; t < count; t++) {
      const from = (first + t) * width + head * headDim;
      tokens.set(source.subarray(from, from + headDim), (start + t) * headDim);
    }
    rotation?.applyTo(tokens);
  });
  for (let t = 0; t < count; t++) store.append(source, (first + t) * width);
  const stored = perHead((head) => {
    const tokens = new Float32Array(size);
    readStore(store, head, headDim, tokens, rotation);
    return tokens;
  });
  return { stored, ...(fresh && seesStored && { window: { fresh, seesStored } }) };
}

/** Combines what comes of stored tokens and of those in the window; each query sees a token in one form. */
function overBoth(
  { stored, window }: History,
  head: number,
  combine: (tokens: Float32Array, seen: (weights: Tensor2D) => Tensor2D) => Tensor2D,
): Tensor2D {
  if (!window) return combine(stored[head] as Float32Array, (weights) => weights);
  const { fresh, seesStored } = window;
  return add(
    combine(stored[head] as Float32Array, (weights) => mul(weights, seesStored)),
    combine(fresh[head] as Float32Array, (weights) => mul(weights, sub(1, seesStored))),
  );
}

/** `[count, end]`, added to scores: a query sees itself and what came before. */
function causalMask({ start, count }: Segment): Tensor2D {
  const end = start + count;
  const mask = new Float32Array(count * end).fill(hiddenScore);
  for (let t = 0; t < count; t++) mask.fill(0, t * end, t * end + start + t + 1);
  return tensor2d(mask, [count, end]);
}

function attendSegment(
  inputs: Inputs,
  segment: Segment,
  first: number,
  { cache, layer, heads, table }: CachedAttentionAttributes,
): Tensor2D {
  const { kvHeads, headDim } = cache.shape;
  const { count } = segment;
  const end = segment.start + count;
  const row = cache.row(segment.slot, layer);
  const [query, key, value] = [inputs.query, inputs.key, inputs.value].map(
    (x) => x.dataSync() as Float32Array,
  ) as [Float32Array, Float32Array, Float32Array];
  const rotation = cache.rotation(layer, table);
  const keys = appendAndRead(row.keys, key, first, segment, cache.shape, rotation);
  const values = appendAndRead(row.values, value, first, segment, cache.shape);
  const mask = causalMask(segment);
  const outputs: Tensor2D[] = [];
  for (let head = 0; head < heads; head++) {
    const kv = Math.floor((head * kvHeads) / heads);
    const q = new Float32Array(count * headDim);
    for (let t = 0; t < count; t++) {
      const from = ((first + t) * heads + head) * headDim;
      q.set(query.subarray(from, from + headDim), t * headDim);
    }
    const rows = tensor2d(q, [count, headDim]);
    const scores = overBoth(keys, kv, (tokens, seen) =>
      seen(matMul(rows, tensor2d(tokens, [end, headDim]), false, true)),
    );
    const weights = softmax(add(mul(scores, 1 / Math.sqrt(headDim)), mask)) as Tensor2D; // [count, end]
    outputs.push(
      overBoth(values, kv, (tokens, seen) =>
        matMul(seen(weights), tensor2d(tokens, [end, headDim])),
      ),
    );
  }
  return concat(outputs, 1); // [count, heads · headDim]
}

/** Definition of attention over the cache: append, then softmax(QKᵀ / √d)V over what the cache then holds. */
export const cachedAttentionOp: FusedOp<Inputs, CachedAttentionAttributes> = {
  name: 'CachedAttention',
  compose: (inputs, attributes) => {
    let first = 0;
    const outputs = attributes.segments.map((segment): Tensor => {
      const output = attendSegment(inputs, segment, first, attributes);
      first += segment.count;
      return output;
    });
    return concat(outputs, 0);
  },
};

/** The same for one long segment: a backend whose kernel is as fast there registers it under this name too. */
export const longCachedAttentionOp = { ...cachedAttentionOp, name: 'LongCachedAttention' };

/**
 * Appends keys and values to the cache and attends over what the cache then holds: a token sees itself and everything
 * before it in its row, quantized where the cache has quantized it. A row's result depends on that row alone.
 *
 * The cache changes even inside `tidy`; a call must not be repeated.
 * @param query `[tokens, heads · headDim]`, after the rotary embedding
 * @param key `[tokens, kvHeads · headDim]`, after the rotary embedding, or before it where `cache.rotatesOnRead(layer)`
 * @param value `[tokens, kvHeads · headDim]`
 * @returns `[tokens, heads · headDim]`
 */
export function cachedAttention(
  query: Tensor2D,
  key: Tensor2D,
  value: Tensor2D,
  attributes: CachedAttentionAttributes,
): Tensor2D {
  const inputs = { query, key, value };
  const [segment] = attributes.segments;
  const long = attributes.segments.length === 1 && (segment as Segment).count >= longSegment;
  // The loops work on four channels at a time.
  const odd = attributes.cache.shape.headDim % 4 !== 0;
  if (odd) return tidy(() => cachedAttentionOp.compose(inputs, attributes)) as Tensor2D;
  return runOp(long ? longCachedAttentionOp : cachedAttentionOp, inputs, attributes) as Tensor2D;
}
