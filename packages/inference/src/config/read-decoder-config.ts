import { type JsonObject, type JsonSchema, ThinkbitsError } from '@thinkbits/spec';
import { validate } from '@thinkbits/validation';
import type { DecoderConfig } from './decoder-config.js';
import { readRotaryConfig } from './rotary-config.js';

const size = { type: 'integer', minimum: 1, maximum: 10_000_000 };

/** What every supported family must say; further keys are the family's own. */
const configSchema: JsonSchema = {
  type: 'object',
  required: [
    'model_type',
    'vocab_size',
    'hidden_size',
    'intermediate_size',
    'num_hidden_layers',
    'num_attention_heads',
  ],
  properties: {
    model_type: { type: 'string' },
    vocab_size: size,
    hidden_size: size,
    intermediate_size: size,
    num_hidden_layers: size,
    num_attention_heads: size,
    num_key_value_heads: size,
    head_dim: { anyOf: [size, { type: 'null' }] },
    max_position_embeddings: size,
    rms_norm_eps: { type: 'number', exclusiveMinimum: 0 },
    tie_word_embeddings: { type: 'boolean' },
    attention_bias: { type: 'boolean' },
  },
};

interface RawConfig {
  readonly model_type: string;
  readonly vocab_size: number;
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads?: number;
  readonly head_dim?: number | null;
  readonly max_position_embeddings?: number;
  readonly rms_norm_eps?: number;
  readonly tie_word_embeddings?: boolean;
  readonly attention_bias?: boolean;
}

function refuse(message: string, help: string): never {
  throw new ThinkbitsError({
    code: 'config/not-supported',
    message: `config.json: ${message}`,
    help,
  });
}

/** End-of-sequence ids as a number, a list, or nothing. */
export function endTokens(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return Array.isArray(value) ? value.filter((id): id is number => typeof id === 'number') : [];
}

/**
 * Reads config.json in the spelling of transformers 4 or 5.
 * @throws ThinkbitsError `config/invalid`, `config/not-supported`, `config/rotary`
 */
export function readDecoderConfig(
  json: JsonObject,
  defaults: { attentionBias: boolean; headDim?: number },
): DecoderConfig {
  const raw = validate<RawConfig>(configSchema, json, 'config.json', { code: 'config/invalid' });
  const heads = raw.num_attention_heads;
  const kvHeads = raw.num_key_value_heads ?? heads;
  if (heads % kvHeads !== 0) {
    refuse(
      `${heads} attention heads cannot share ${kvHeads} key-value heads.`,
      'num_key_value_heads must divide num_attention_heads.',
    );
  }
  const headDim = raw.head_dim ?? defaults.headDim ?? raw.hidden_size / heads;
  if (!Number.isInteger(headDim) || headDim % 2 !== 0) {
    refuse(
      `a head dimension of ${headDim} cannot be rotated.`,
      'head_dim must be even; give it explicitly where hidden_size / num_attention_heads is not.',
    );
  }
  const activation = json.hidden_act ?? 'silu';
  if (activation !== 'silu')
    refuse(`hidden_act is "${String(activation)}".`, 'Only silu is implemented.');
  const layerTypes = (json.layer_types ?? []) as readonly unknown[];
  const sliding =
    json.use_sliding_window === true || layerTypes.some((type) => type !== 'full_attention');
  if (sliding)
    refuse('sliding-window attention is switched on.', 'Only full attention is implemented.');
  if (json.mlp_bias === true)
    refuse('mlp_bias is true.', 'Only feed-forward layers without a bias are implemented.');
  return {
    modelType: raw.model_type,
    vocabulary: raw.vocab_size,
    hidden: raw.hidden_size,
    intermediate: raw.intermediate_size,
    layers: raw.num_hidden_layers,
    heads,
    kvHeads,
    headDim,
    maxPositions: raw.max_position_embeddings ?? 2048,
    normEpsilon: raw.rms_norm_eps ?? 1e-6,
    rotary: readRotaryConfig(json, headDim),
    tied: raw.tie_word_embeddings ?? false,
    attentionBias: raw.attention_bias ?? defaults.attentionBias,
    endTokens: endTokens(json.eos_token_id),
    json,
  };
}
