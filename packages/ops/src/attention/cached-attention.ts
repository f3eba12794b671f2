import {
  add,
  concat,
  matMul,
  mul,
  softmax,
  type Tensor,
  type Tensor2D,
  tensor2d,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { type FusedOp, runOp } from '../fused-op.js';
import type { KvCache, RowCache } from '../kv-cache/kv-cache.js';
import { readStore } from '../kv-cache/kv-store.js';

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
}

type Inputs = { query: Tensor2D; key: Tensor2D; value: Tensor2D };

/** From this many tokens on, matrix products beat loops over the cache. */
const longSegment = 192;
/** Added to scores that must not be seen. */
const hidden = -1e30;

/** What one kv head of a row holds, `[tokens, headDim]`, and how much of it is visible in which form. */
interface HeadHistory {
  /** As stored: valid for tokens that left the window. */
  readonly stored: Float32Array;
  /** As it was while in the window; absent when there is none. */
  readonly fresh?: Float32Array;
}

/** Appends a segment to a store and returns what each head then holds. */
function appendAndRead(
  row: RowCache,
  half: 'keys' | 'values',
  source: Float32Array,
  first: number,
  segment: Segment,
  cache: KvCache,
  window: number,
): HeadHistory[] {
  const { kvHeads, headDim } = cache.shape;
  const store = row[half];
  const end = segment.start + segment.count;
  const width = kvHeads * headDim;
  const heads = Array.from({ length: kvHeads }, (_, head): HeadHistory => {
    if (window === 0) return { stored: new Float32Array(end * headDim) };
    const fresh = new Float32Array(end * headDim);
    readStore(store, head, headDim, fresh);
    for (let t = 0; t < segment.count; t++) {
      const from = (first + t) * width + head * headDim;
      fresh.set(source.subarray(from, from + headDim), (segment.start + t) * headDim);
    }
    return { stored: new Float32Array(end * headDim), fresh };
  });
  for (let t = 0; t < segment.count; t++) store.append(source, (first + t) * width);
  heads.forEach(({ stored }, head) => {
    readStore(store, head, headDim, stored);
  });
  return heads;
}

/** `[count, end]` additive masks: what a query sees as stored and what it sees from the window. */
function masks(segment: Segment, window: number): { stored: Float32Array; fresh: Float32Array } {
  const end = segment.start + segment.count;
  const stored = new Float32Array(segment.count * end).fill(hidden);
  const fresh = new Float32Array(segment.count * end).fill(hidden);
  for (let t = 0; t < segment.count; t++) {
    const position = segment.start + t;
    for (let j = 0; j <= position; j++) (j > position - window ? fresh : stored)[t * end + j] = 0;
  }
  return { stored, fresh };
}

function attendSegment(
  inputs: Inputs,
  segment: Segment,
  first: number,
  attributes: CachedAttentionAttributes,
): Tensor2D {
  const { cache, layer, heads } = attributes;
  const { kvHeads, headDim } = cache.shape;
  const group = heads / kvHeads;
  const end = segment.start + segment.count;
  const row = cache.row(segment.slot, layer);
  const scheme = cache.shape.parameters?.[layer]?.scheme;
  const window = scheme?.window ?? 0;
  const keys = appendAndRead(
    row,
    'keys',
    inputs.key.dataSync() as Float32Array,
    first,
    segment,
    cache,
    window,
  );
  const values = appendAndRead(
    row,
    'values',
    inputs.value.dataSync() as Float32Array,
    first,
    segment,
    cache,
    window,
  );
  const query = inputs.query.dataSync() as Float32Array;
  const seen = masks(segment, window);
  const parts = (window === 0 ? ['stored'] : ['stored', 'fresh']) as ('stored' | 'fresh')[];
  const mask = tensor2d(
    Float32Array.from({ length: segment.count * parts.length * end }, (_, i) => {
      const t = Math.floor(i / (parts.length * end));
      const column = i % (parts.length * end);
      return seen[parts[Math.floor(column / end)] as 'stored'][t * end + (column % end)] as number;
    }),
    [segment.count, parts.length * end],
  );
  const outputs: Tensor2D[] = [];
  for (let head = 0; head < heads; head++) {
    const kv = Math.floor(head / group);
    const take = (history: HeadHistory) =>
      concat(
        parts.map((part) => tensor2d(history[part] as Float32Array, [end, headDim])),
      ) as Tensor2D;
    const q = new Float32Array(segment.count * headDim);
    for (let t = 0; t < segment.count; t++) {
      const from = ((first + t) * heads + head) * headDim;
      q.set(query.subarray(from, from + headDim), t * headDim);
    }
    // Plain products of transposed copies: the transposing forms take a slow path on wasm.
    const scores = matMul(
      tensor2d(q, [segment.count, headDim]),
      transpose(take(keys[kv] as HeadHistory)),
    );
    const weights = softmax(add(mul(scores, 1 / Math.sqrt(headDim)), mask)); // [count, parts · end]
    outputs.push(matMul(weights as Tensor2D, take(values[kv] as HeadHistory)));
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

/**
 * Appends keys and values to the cache and attends over what the cache then holds: a token sees itself and everything
 * before it in its row, quantized where the cache has quantized it. A row's result depends on that row alone.
 *
 * The cache changes even inside `tidy`; a call must not be repeated.
 * @param query `[tokens, heads · headDim]`, after the rotary embedding
 * @param key `[tokens, kvHeads · headDim]`, after the rotary embedding
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
  if (long || odd) return tidy(() => cachedAttentionOp.compose(inputs, attributes)) as Tensor2D;
  return runOp(cachedAttentionOp, inputs, attributes) as Tensor2D;
}
