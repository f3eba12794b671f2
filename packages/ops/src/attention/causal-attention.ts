import {
  add,
  matMul,
  mul,
  reshape,
  softmax,
  type Tensor2D,
  type Tensor3D,
  tensor2d,
  transpose,
} from '@tensorflow/tfjs-core';
import { hiddenScore } from './hidden-score.js';

/** `[tokens, heads · headDim]` as `[heads, tokens, headDim]`. */
const byHead = (x: Tensor2D, heads: number): Tensor3D =>
  transpose(reshape(x, [x.shape[0], heads, -1]) as Tensor3D, [1, 0, 2]);

/** What each of `tokens` may see: itself and what stands before it; 0 or a large negative number, `[tokens, tokens]`. */
export function causalMask(tokens: number): Tensor2D {
  const values = Float32Array.from({ length: tokens * tokens }, (_, at) =>
    at % tokens > Math.floor(at / tokens) ? hiddenScore : 0,
  );
  return tensor2d(values, [tokens, tokens]);
}

/**
 * softmax(QKᵀ / √d)V over one row of tokens, each seeing itself and what stands before it: plain tfjs operations,
 * differentiable, without a cache. Call within a tidy.
 * @param query `[tokens, heads · headDim]`
 * @param key `[tokens, kvHeads · headDim]`, as `value`; a key-value head serves heads / kvHeads queries
 * @param mask {@link causalMask} of the tokens
 */
export function causalAttention(
  query: Tensor2D,
  key: Tensor2D,
  value: Tensor2D,
  mask: Tensor2D,
  { heads, kvHeads }: { readonly heads: number; readonly kvHeads: number },
): Tensor2D {
  const [tokens, width] = query.shape;
  const headDim = width / heads;
  const shared = [kvHeads, (heads / kvHeads) * tokens]; // the queries of a key-value head, one head after another
  const queries = reshape(byHead(query, heads), [...shared, headDim]);
  const keys = byHead(key, kvHeads); // [kvHeads, tokens, headDim]
  const scores = mul(matMul(queries, keys, false, true), 1 / Math.sqrt(headDim));
  const seen = add(reshape(scores, [heads, tokens, tokens]), mask);
  const weights = reshape(softmax(seen), [...shared, tokens]);
  const attended = matMul(weights, byHead(value, kvHeads)); // [kvHeads, heads / kvHeads · tokens, headDim]
  return reshape(transpose(reshape(attended, [heads, tokens, headDim]), [1, 0, 2]), query.shape);
}
