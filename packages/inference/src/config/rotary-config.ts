import { type JsonObject, ThinkbitsError } from '@thinkbits/spec';

/** How positions turn into angles. */
export interface RotaryConfig {
  readonly theta: number;
  readonly headDim: number;
  readonly scaling:
    | { readonly type: 'default' }
    | { readonly type: 'linear'; readonly factor: number }
    | {
        readonly type: 'llama3';
        readonly factor: number;
        readonly lowFrequencyFactor: number;
        readonly highFrequencyFactor: number;
        readonly originalPositions: number;
      }
    | {
        readonly type: 'yarn';
        readonly factor: number;
        readonly originalPositions: number;
        readonly betaFast: number;
        readonly betaSlow: number;
        readonly attentionFactor: number;
      };
}

function number(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new ThinkbitsError({
    code: 'config/rotary',
    message: `config.json: the rotary scaling lacks a number "${name}" (found ${JSON.stringify(value)}).`,
    help: 'Compare rope_scaling (or rope_parameters) with the published configuration of this model.',
  });
}

/**
 * Reads the rotary embedding in both spellings: `rope_theta` and `rope_scaling` (transformers 4), `rope_parameters` (5).
 * @throws ThinkbitsError `config/rotary` for an unknown type or a missing number
 */
export function readRotaryConfig(config: JsonObject, headDim: number): RotaryConfig {
  const parameters = (config.rope_parameters ?? {}) as JsonObject;
  const scaling = { ...((config.rope_scaling ?? {}) as JsonObject), ...parameters };
  const theta = number(parameters.rope_theta ?? config.rope_theta ?? 10000, 'rope_theta');
  const type = scaling.rope_type ?? scaling.type ?? 'default';
  const base = { theta, headDim };
  if (type === 'default') return { ...base, scaling: { type } };
  const factor = number(scaling.factor, 'factor');
  if (type === 'linear') return { ...base, scaling: { type, factor } };
  // YaRN counts from the length the model was trained at, not from the extended one (methods.md §9.13).
  const originalPositions = () =>
    number(
      scaling.original_max_position_embeddings ?? config.max_position_embeddings,
      'original_max_position_embeddings',
    );
  if (type === 'llama3') {
    return {
      ...base,
      scaling: {
        type,
        factor,
        lowFrequencyFactor: number(scaling.low_freq_factor, 'low_freq_factor'),
        highFrequencyFactor: number(scaling.high_freq_factor, 'high_freq_factor'),
        originalPositions: originalPositions(),
      },
    };
  }
  if (type === 'yarn') {
    return {
      ...base,
      scaling: {
        type,
        factor,
        originalPositions: originalPositions(),
        betaFast: number(scaling.beta_fast ?? 32, 'beta_fast'),
        betaSlow: number(scaling.beta_slow ?? 1, 'beta_slow'),
        attentionFactor: number(
          scaling.attention_factor ?? (factor > 1 ? 0.1 * Math.log(factor) + 1 : 1),
          'attention_factor',
        ),
      },
    };
  }
  throw new ThinkbitsError({
    code: 'config/rotary',
    message: `config.json: the rotary scaling "${String(type)}" is not known.`,
    help: 'Known are default, linear, llama3 and yarn.',
    details: { type: String(type) },
  });
}
