import type { JsonSchema } from '@thinkbits/spec';
import { validate } from '@thinkbits/validation';

/** Linears that read one norm: queries, keys and values, or the gate and up projections. */
export type SmoothingSite = 'qkv' | 'gate-up';

/** Options of {@link smoothquant}. */
export interface SmoothquantOptions {
  /** Share of the range that moves from activations to weights, in [0, 1]: 0 evens out weights, 1 activations. Default 0.85. */
  readonly alpha?: number;
  /** Where scales are moved. Default both. */
  readonly sites?: readonly SmoothingSite[];
}

/** JSON Schema of {@link SmoothquantOptions}. */
export const optionsSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'smoothquant options',
  type: 'object',
  additionalProperties: false,
  properties: {
    alpha: { type: 'number', minimum: 0, maximum: 1 },
    sites: { type: 'array', minItems: 1, uniqueItems: true, items: { enum: ['qkv', 'gate-up'] } },
  },
};

/**
 * Checks options that a person or a recipe gave, and fills in what they left out.
 * @throws ThinkbitsError `smoothquant/options`
 */
export function completeOptions(options: unknown): Required<SmoothquantOptions> {
  const checked = validate<SmoothquantOptions>(optionsSchema, options, 'smoothquant', {
    code: 'smoothquant/options',
  });
  return { alpha: 0.85, sites: ['qkv', 'gate-up'], ...checked };
}
