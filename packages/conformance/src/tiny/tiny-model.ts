import { createRandom } from '@thinkbits/numerics';
import type { BlockInfo, LinearInfo, ModelInfo } from '@thinkbits/spec';
import { deepFreeze } from '../deep-freeze.js';
import { type Matrix, matrix } from './matrix.js';

const hidden = 32;
const intermediate = 48;
const heads = 4;
const kvHeads = 2;
const headDim = 8;
const vocabulary = 40;

const linear = (name: string, out: number, columns: number): LinearInfo => ({
  name,
  out,
  in: columns,
  bias: false,
});

function block(index: number): BlockInfo {
  const layer = `model.layers.${index}`;
  const attention = `${layer}.self_attn`;
  const names = (...parts: string[]) => parts.map((part) => `${layer}.${part}`);
  return {
    index,
    stages: [
      [
        linear(`${attention}.q_proj`, heads * headDim, hidden),
        linear(`${attention}.k_proj`, kvHeads * headDim, hidden),
        linear(`${attention}.v_proj`, kvHeads * headDim, hidden),
      ],
      [linear(`${attention}.o_proj`, hidden, heads * headDim)],
      [
        linear(`${layer}.mlp.gate_proj`, intermediate, hidden),
        linear(`${layer}.mlp.up_proj`, intermediate, hidden),
      ],
      [linear(`${layer}.mlp.down_proj`, hidden, intermediate)],
    ],
    folds: [
      {
        from: `${layer}.input_layernorm`,
        into: names('self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'),
        kind: 'norm',
      },
      {
        from: `${layer}.post_attention_layernorm`,
        into: names('mlp.gate_proj', 'mlp.up_proj'),
        kind: 'norm',
      },
      { from: `${layer}.mlp.up_proj`, into: names('mlp.down_proj'), kind: 'linear' },
    ],
  };
}

const blocks = [block(0), block(1)];
const head = linear('lm_head', vocabulary, hidden);

/** Two Llama layers, small enough to compute by hand in no time; frozen, so that writing to it fails. */
export const tinyModel: ModelInfo = deepFreeze({
  family: 'llama',
  vocabulary,
  hidden,
  intermediate,
  heads,
  kvHeads,
  headDim,
  maxPositions: 64,
  blocks,
  head,
  parameters: [...blocks.flatMap(({ stages }) => stages.flat()), head].reduce(
    (sum, { out, in: columns }) => sum + out * columns,
    vocabulary * hidden + (2 * blocks.length + 1) * hidden,
  ),
  config: { model_type: 'llama', rms_norm_eps: 1e-6, rope_theta: 10000 },
});

/** Weights by name: linears `[out, in]`, norms `[1, hidden]`, the embedding `[vocabulary, hidden]`. */
export type TinyWeights = Map<string, Matrix>;

/** Random weights with a few large columns, as real ones have, so that scaling and rotating have something to do. */
export function tinyWeights(): TinyWeights {
  const random = createRandom('conformance').fork('weights');
  const draw = (name: string, rows: number, columns: number) => {
    const { normal } = random.fork(name);
    const loud = random.fork(`${name} loud`).integer(columns);
    // float32, as checkpoints hold
    return matrix(rows, columns, (_, column) =>
      Math.fround((normal() * (column === loud ? 8 : 1)) / Math.sqrt(columns)),
    );
  };
  const norm = (name: string) => {
    const { next } = random.fork(name);
    return matrix(1, hidden, () => Math.fround(0.5 + next()));
  };
  const weights: TinyWeights = new Map();
  weights.set('model.embed_tokens', draw('model.embed_tokens', vocabulary, hidden));
  for (const { index, stages } of tinyModel.blocks) {
    for (const part of ['input_layernorm', 'post_attention_layernorm']) {
      const name = `model.layers.${index}.${part}`;
      weights.set(name, norm(name));
    }
    for (const { name, out, in: columns } of stages.flat())
      weights.set(name, draw(name, out, columns));
  }
  weights.set('model.norm', norm('model.norm'));
  weights.set('lm_head', draw('lm_head', vocabulary, hidden));
  return weights;
}
