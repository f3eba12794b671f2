import type { OnlineSite } from '@thinkbits/spec';
import { entry, type Matrix, matrix, multiply, repeated, transpose } from './matrix.js';
import { type TinyWeights, tinyModel } from './tiny-model.js';

/** Online maps by site, already dense; `inverse` is needed for queries alone. */
export type OnlineMaps = Map<string, { readonly forward: Matrix; readonly inverse: Matrix }>;

/** How a site is named in {@link OnlineMaps}. */
export const siteName = ({ block, at }: OnlineSite): string => `${block} ${at}`;

const { heads, kvHeads, headDim } = tinyModel;

/** x · wᵀ, the linear map of a weight `[out, in]`. */
const project = (x: Matrix, weight: Matrix): Matrix => multiply(x, transpose(weight));
const add = (a: Matrix, b: Matrix) =>
  matrix(a.rows, a.columns, (row, column) => entry(a, row, column) + entry(b, row, column));
const silu = (x: number) => x / (1 + Math.exp(-x));

function rmsNorm(x: Matrix, weight: Matrix): Matrix {
  const scales = Array.from({ length: x.rows }, (_, row) => {
    const values = x.values.subarray(row * x.columns, (row + 1) * x.columns);
    return 1 / Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / x.columns + 1e-6);
  });
  return matrix(
    x.rows,
    x.columns,
    (row, column) => entry(x, row, column) * (scales[row] as number) * entry(weight, 0, column),
  );
}

/** Radians per position of each pair of channels, `[headDim / 2]`. */
export const tinyRotary = Float64Array.from(
  { length: headDim / 2 },
  (_, i) => 10000 ** (-i / (headDim / 2)),
);

/** Rotary embedding of every head of `[tokens, heads · headDim]`; the row is the position. */
function rotary(x: Matrix): Matrix {
  const half = headDim / 2;
  return matrix(x.rows, x.columns, (row, column) => {
    const within = column % headDim;
    const angle = row * 10000 ** (-(within % half) / half);
    const partner = within < half ? -entry(x, row, column + half) : entry(x, row, column - half);
    return entry(x, row, column) * Math.cos(angle) + partner * Math.sin(angle);
  });
}

/** Causal attention with grouped heads: `[tokens, heads · headDim]`. */
function attend(q: Matrix, k: Matrix, v: Matrix): Matrix {
  const out = matrix(q.rows, q.columns, () => 0);
  for (let head = 0; head < heads; head++) {
    const shared = Math.floor(head / (heads / kvHeads)) * headDim;
    for (let row = 0; row < q.rows; row++) {
      const scores = Array.from({ length: row + 1 }, (_, other) => {
        let sum = 0;
        for (let i = 0; i < headDim; i++)
          sum += entry(q, row, head * headDim + i) * entry(k, other, shared + i);
        return Math.exp(sum / Math.sqrt(headDim));
      });
      const total = scores.reduce((sum, score) => sum + score, 0);
      for (let i = 0; i < headDim; i++) {
        const mixed = scores.reduce(
          (sum, score, other) => sum + score * entry(v, other, shared + i),
          0,
        );
        out.values[row * q.columns + head * headDim + i] = mixed / total;
      }
    }
  }
  return out;
}

/** A decoder layer on `[tokens, hidden]`: its output, what its halves add, and what each of its four stages read. */
export function runBlock(
  weights: TinyWeights,
  online: OnlineMaps,
  index: number,
  x: Matrix,
): { output: Matrix; attention: Matrix; 'feed-forward': Matrix; inputs: Matrix[] } {
  const layer = `model.layers.${index}`;
  const weight = (name: string) => weights.get(`${layer}.${name}`) as Matrix;
  const site = (at: OnlineSite['at']) => online.get(siteName({ block: index, at }));
  const mapped = (value: Matrix, at: OnlineSite['at']) => {
    const map = site(at);
    return map ? multiply(value, repeated(map.forward, value.columns)) : value;
  };
  const attentionInput = mapped(rmsNorm(x, weight('input_layernorm')), 'qkv-input');
  const queries = rotary(project(attentionInput, weight('self_attn.q_proj')));
  const keys = mapped(rotary(project(attentionInput, weight('self_attn.k_proj'))), 'query-key');
  const rotation = site('query-key');
  // q · kᵀ stays when keys take the map and queries its inverse transposed
  const turned = rotation
    ? multiply(queries, repeated(transpose(rotation.inverse), queries.columns))
    : queries;
  const values = mapped(project(attentionInput, weight('self_attn.v_proj')), 'value');
  const attended = mapped(attend(turned, keys, values), 'o-input');
  const attention = project(attended, weight('self_attn.o_proj'));
  const middle = add(x, attention);
  const feedInput = mapped(rmsNorm(middle, weight('post_attention_layernorm')), 'gate-up-input');
  const gate = project(feedInput, weight('mlp.gate_proj'));
  const up = project(feedInput, weight('mlp.up_proj'));
  const gated = matrix(
    gate.rows,
    gate.columns,
    (row, column) => silu(entry(gate, row, column)) * entry(up, row, column),
  );
  const downInput = mapped(gated, 'down-input');
  const feedForward = project(downInput, weight('mlp.down_proj'));
  return {
    output: add(middle, feedForward),
    attention,
    'feed-forward': feedForward,
    inputs: [attentionInput, attended, feedInput, downInput],
  };
}

/** What the decoder layer `index` reads for these tokens, `[tokens, hidden]`. */
export function blockInput(
  weights: TinyWeights,
  online: OnlineMaps,
  index: number,
  ids: readonly number[],
): Matrix {
  const embedding = weights.get('model.embed_tokens') as Matrix;
  let x = matrix(ids.length, embedding.columns, (row, column) =>
    entry(embedding, ids[row] as number, column),
  );
  for (let block = 0; block < index; block++) x = runBlock(weights, online, block, x).output;
  return x;
}

/** Logits of every token, `[tokens, vocabulary]`. */
export function logits(weights: TinyWeights, online: OnlineMaps, ids: readonly number[]): Matrix {
  const x = blockInput(weights, online, tinyModel.blocks.length, ids);
  return project(rmsNorm(x, weights.get('model.norm') as Matrix), weights.get('lm_head') as Matrix);
}
