import type { KvStore } from '../kv-cache/kv-store.js';
import { pageTokens } from '../kv-cache/kv-store.js';

/** Buffers that are used again from call to call. */
export interface AttentionScratch {
  readonly page: Float32Array;
  scores: Float64Array;
  readonly output: Float64Array;
}

/** Buffers for heads of `headDim` channels, `group` query heads to a kv head. */
export function attentionScratch(headDim: number, group: number): AttentionScratch {
  return {
    page: new Float32Array(pageTokens * headDim),
    scores: new Float64Array(1024 * group),
    output: new Float64Array(group * headDim),
  };
}

/** Scores of `count` keys for a group of query heads; `scores[g · total + at + t]`. */
function scoreKeys(
  query: Float32Array,
  queryStart: number,
  keys: Float32Array,
  keysStart: number,
  count: number,
  headDim: number,
  group: number,
  scale: number,
  scores: Float64Array,
  total: number,
  at: number,
): void {
  for (let g = 0; g < group; g++) {
    const q = queryStart + g * headDim;
    for (let t = 0; t < count; t++) {
      const k = keysStart + t * headDim;
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      let i = 0;
      for (; i + 3 < headDim; i += 4) {
        a += (query[q + i] as number) * (keys[k + i] as number);
        b += (query[q + i + 1] as number) * (keys[k + i + 1] as number);
        c += (query[q + i + 2] as number) * (keys[k + i + 2] as number);
        d += (query[q + i + 3] as number) * (keys[k + i + 3] as number);
      }
      for (; i < headDim; i++) a += (query[q + i] as number) * (keys[k + i] as number);
      scores[g * total + at + t] = (a + b + (c + d)) * scale;
    }
  }
}

/** Adds `count` values, weighted, to each head's output. */
function addValues(
  values: Float32Array,
  valuesStart: number,
  count: number,
  headDim: number,
  group: number,
  weights: Float64Array,
  total: number,
  at: number,
  output: Float64Array,
): void {
  for (let g = 0; g < group; g++) {
    const o = g * headDim;
    let t = 0;
    for (; t + 3 < count; t += 4) {
      const w = g * total + at + t;
      const w0 = weights[w] as number;
      const w1 = weights[w + 1] as number;
      const w2 = weights[w + 2] as number;
      const w3 = weights[w + 3] as number;
      const v0 = valuesStart + t * headDim;
      const v1 = v0 + headDim;
      const v2 = v1 + headDim;
      const v3 = v2 + headDim;
      for (let i = 0; i < headDim; i++) {
        output[o + i] =
          (output[o + i] as number) +
          w0 * (values[v0 + i] as number) +
          w1 * (values[v1 + i] as number) +
          (w2 * (values[v2 + i] as number) + w3 * (values[v3 + i] as number));
      }
    }
    for (; t < count; t++) {
      const weight = weights[g * total + at + t] as number;
      const v = valuesStart + t * headDim;
      for (let i = 0; i < headDim; i++)
        output[o + i] = (output[o + i] as number) + weight * (values[v + i] as number);
    }
  }
}

/** In place softmax of `scores[start, start + count)`. */
function softmaxRange(scores: Float64Array, start: number, count: number): void {
  let highest = Number.NEGATIVE_INFINITY;
  for (let j = start; j < start + count; j++) highest = Math.max(highest, scores[j] as number);
  let sum = 0;
  for (let j = start; j < start + count; j++) {
    const weight = Math.exp((scores[j] as number) - highest);
    scores[j] = weight;
    sum += weight;
  }
  const scale = 1 / sum;
  for (let j = start; j < start + count; j++) scores[j] = (scores[j] as number) * scale;
}

/** Calls `visit` for each run of tokens of one head that lies contiguously in memory. */
function forEachRun(
  store: KvStore,
  head: number,
  scratch: Float32Array,
  visit: (values: Float32Array, start: number, count: number, at: number) => void,
): void {
  for (let page = 0, at = 0; at < store.settled; page++, at += pageTokens) {
    visit(store.page(page, head, scratch), 0, Math.min(pageTokens, store.settled - at), at);
  }
  if (store.tokens > store.settled) {
    const { values, start } = store.recent(head);
    visit(values, start, store.tokens - store.settled, store.settled);
  }
}

/**
 * One query of each head of a group over everything the stores hold. Products and sums are in float64, in token order.
 * @param query `[group · headDim]` from `queryStart`
 * @param out `[group · headDim]` from `outStart`
 */
export function attendRow(
  query: Float32Array,
  queryStart: number,
  keys: KvStore,
  values: KvStore,
  head: number,
  headDim: number,
  group: number,
  scratch: AttentionScratch,
  out: Float32Array,
  outStart: number,
): void {
  const total = keys.tokens;
  if (scratch.scores.length < total * group) scratch.scores = new Float64Array(2 * total * group);
  const { scores, output, page } = scratch;
  const scale = 1 / Math.sqrt(headDim);
  forEachRun(keys, head, page, (run, start, count, at) => {
    scoreKeys(query, queryStart, run, start, count, headDim, group, scale, scores, total, at);
  });
  for (let g = 0; g < group; g++) softmaxRange(scores, g * total, total);
  output.fill(0);
  forEachRun(values, head, page, (run, start, count, at) => {
    addValues(run, start, count, headDim, group, scores, total, at, output);
  });
  for (let i = 0; i < group * headDim; i++) out[outStart + i] = output[i] as number;
}
