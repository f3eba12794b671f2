import { type JsonSchema, ThinkbitsError } from '@thinkbits/spec';
import { validate } from '@thinkbits/validation';

/** Where a map acts at run time: on queries and keys after the rotary embedding, on what down_proj reads. */
export type QuarotSite = 'query-key' | 'down-input';

/** Options of {@link quarot}; with `targets: 'kv'` there are no others. */
export interface QuarotOptions {
  /** `model`: weights, activations, keys and values; `kv`: queries and keys alone, no weight changes. Default `model`. */
  readonly targets?: 'model' | 'kv';
  /** What rotates the residual stream: a Hadamard matrix with random signs, or a random orthogonal one. Default `hadamard`. */
  readonly rotation?: 'hadamard' | 'orthogonal';
  /** Of the signs, or of the matrix. Default 0. */
  readonly seed?: number;
  /** Slices of down_proj's input that are transformed apart; `auto`: as many as its activations have scales. Default `auto`. */
  readonly tensorParallel?: number | 'auto';
  /** Maps at run time. Default both. */
  readonly online?: readonly QuarotSite[];
}

/** Options with nothing left out. */
export type CompleteQuarotOptions =
  | { readonly targets: 'kv' }
  | (Required<Omit<QuarotOptions, 'targets'>> & { readonly targets: 'model' });

/** JSON Schema of {@link QuarotOptions}. */
export const optionsSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'quarot options',
  type: 'object',
  additionalProperties: false,
  properties: {
    targets: { enum: ['model', 'kv'] },
    rotation: { enum: ['hadamard', 'orthogonal'] },
    seed: { type: 'integer', minimum: 0 },
    tensorParallel: { anyOf: [{ type: 'integer', minimum: 1 }, { const: 'auto' }] },
    online: { type: 'array', uniqueItems: true, items: { enum: ['query-key', 'down-input'] } },
  },
};

/**
 * Checks options that a person or a recipe gave, and fills in what they left out.
 * @throws ThinkbitsError `quarot/options`
 */
export function completeOptions(options: unknown): CompleteQuarotOptions {
  const { targets = 'model', ...rest } = validate<QuarotOptions>(optionsSchema, options, 'quarot', {
    code: 'quarot/options',
  });
  if (targets === 'model') {
    return {
      targets,
      rotation: 'hadamard',
      seed: 0,
      tensorParallel: 'auto',
      online: ['query-key', 'down-input'],
      ...rest,
    };
  }
  const [useless] = Object.keys(rest);
  if (useless === undefined) return { targets };
  throw new ThinkbitsError({
    code: 'quarot/options',
    message: `quarot: ${useless} goes with targets "model"; "kv" maps queries and keys and nothing else.`,
    help: `Leave ${useless} out, or take targets "model".`,
  });
}
