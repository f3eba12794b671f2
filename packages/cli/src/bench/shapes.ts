import type { JsonObject } from '@thinkbits/spec';

const shape = (
  model_type: 'llama' | 'qwen2',
  dimensions: {
    readonly hidden: number;
    readonly intermediate: number;
    readonly layers: number;
    readonly heads: number;
    readonly kvHeads: number;
    readonly vocabulary: number;
    readonly theta: number;
    readonly tied: boolean;
  },
): JsonObject => ({
  model_type,
  hidden_size: dimensions.hidden,
  intermediate_size: dimensions.intermediate,
  num_hidden_layers: dimensions.layers,
  num_attention_heads: dimensions.heads,
  num_key_value_heads: dimensions.kvHeads,
  vocab_size: dimensions.vocabulary,
  rope_theta: dimensions.theta,
  tie_word_embeddings: dimensions.tied,
  max_position_embeddings: 32768,
  rms_norm_eps: 1e-6,
  hidden_act: 'silu',
  eos_token_id: 0,
});

/** Dimensions of well-known models, for speed measurements without their weights. */
export const syntheticShapes: { readonly [name: string]: JsonObject } = {
  'smollm2-135m': shape('llama', {
    hidden: 576,
    intermediate: 1536,
    layers: 30,
    heads: 9,
    kvHeads: 3,
    vocabulary: 49152,
    theta: 100000,
    tied: true,
  }),
  'qwen2-1.5b': shape('qwen2', {
    hidden: 1536,
    intermediate: 8960,
    layers: 28,
    heads: 12,
    kvHeads: 2,
    vocabulary: 151936,
    theta: 1000000,
    tied: true,
  }),
  'llama-8b': shape('llama', {
    hidden: 4096,
    intermediate: 14336,
    layers: 32,
    heads: 32,
    kvHeads: 8,
    vocabulary: 128256,
    theta: 500000,
    tied: false,
  }),
};
