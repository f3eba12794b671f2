import type { BlockInfo, JsonObject, LinearInfo, ModelInfo } from '@thinkbits/spec';
import type { DecoderConfig } from '../config/decoder-config.js';

/** A decoder family as declared by its file: what differs from the common Llama shape. */
export interface Family {
  /** `model_type` of config.json. */
  readonly id: string;
  /** Which of the attention's linears carry a bias. */
  biases(config: DecoderConfig): { readonly qkv: boolean; readonly o: boolean };
  /** RMSNorm of queries and keys per head, before the rotary embedding. */
  readonly queryKeyNorm: boolean;
  readConfig(json: JsonObject): DecoderConfig;
}

/** Where a decoder layer's tensors are found in a checkpoint. */
export const layerName = (index: number, part: string): string => `model.layers.${index}.${part}`;

function block(family: Family, config: DecoderConfig, index: number): BlockInfo {
  const { hidden, intermediate, heads, kvHeads, headDim } = config;
  const bias = family.biases(config);
  const linear = (part: string, out: number, input: number, hasBias = false): LinearInfo => ({
    name: layerName(index, part),
    out,
    in: input,
    bias: hasBias,
  });
  const q = linear('self_attn.q_proj', heads * headDim, hidden, bias.qkv);
  const k = linear('self_attn.k_proj', kvHeads * headDim, hidden, bias.qkv);
  const v = linear('self_attn.v_proj', kvHeads * headDim, hidden, bias.qkv);
  const o = linear('self_attn.o_proj', hidden, heads * headDim, bias.o);
  const gate = linear('mlp.gate_proj', intermediate, hidden);
  const up = linear('mlp.up_proj', intermediate, hidden);
  const down = linear('mlp.down_proj', hidden, intermediate);
  return {
    index,
    stages: [[q, k, v], [o], [gate, up], [down]],
    folds: [
      { from: layerName(index, 'input_layernorm'), into: [q.name, k.name, v.name], kind: 'norm' },
      {
        from: layerName(index, 'post_attention_layernorm'),
        into: [gate.name, up.name],
        kind: 'norm',
      },
      // A value channel feeds one output column only where no key-value head is shared.
      ...(heads === kvHeads ? [{ from: v.name, into: [o.name], kind: 'linear' as const }] : []),
      { from: up.name, into: [down.name], kind: 'linear' },
    ],
    ...(family.queryKeyNorm && {
      headNorms: {
        query: layerName(index, 'self_attn.q_norm'),
        key: layerName(index, 'self_attn.k_norm'),
      },
    }),
  };
}

/** The declared tree of a model: names and dimensions, no weights. */
export function describe(family: Family, config: DecoderConfig): ModelInfo {
  const blocks = Array.from({ length: config.layers }, (_, index) => block(family, config, index));
  const linears = blocks.flatMap(({ stages }) => stages.flat());
  const table = config.vocabulary * config.hidden;
  const norms =
    config.hidden * (2 * config.layers + 1) +
    (family.queryKeyNorm ? 2 * config.headDim * config.layers : 0);
  return {
    family: family.id,
    vocabulary: config.vocabulary,
    hidden: config.hidden,
    intermediate: config.intermediate,
    heads: config.heads,
    kvHeads: config.kvHeads,
    headDim: config.headDim,
    maxPositions: config.maxPositions,
    blocks,
    head: {
      name: 'lm_head',
      out: config.vocabulary,
      in: config.hidden,
      bias: false,
      ...(config.tied && { tiedTo: 'model.embed_tokens' }),
    },
    parameters:
      linears.reduce(
        (sum, linear) => sum + linear.in * linear.out + (linear.bias ? linear.out : 0),
        0,
      ) +
      table * (config.tied ? 1 : 2) +
      norms,
    config: config.json,
  };
}
