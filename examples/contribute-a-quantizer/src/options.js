import { validate } from '@thinkbits/validation';

/** JSON Schema of the options; defaults are those of the authors' code. */
export const optionsSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'hqq options',
  type: 'object',
  additionalProperties: false,
  properties: {
    /** Exponent of the error |w - ŵ|ᵖ, in (0, 1]: the smaller, the less outliers count. */
    power: { type: 'number', exclusiveMinimum: 0, maximum: 1 },
    /** Weight of the split at the first step, in units of 1 / the group's largest |w|. */
    beta: { type: 'number', exclusiveMinimum: 0 },
    /** Factor by which it grows at each step. */
    kappa: { type: 'number', minimum: 1 },
    /** Steps at most; 0 = round to nearest. */
    steps: { type: 'integer', minimum: 0, maximum: 1000 },
  },
};

/**
 * Checks options and fills in what they leave out.
 * @throws ThinkbitsError `hqq/options`
 */
export function completeOptions(options) {
  const checked = validate(optionsSchema, options, 'hqq', { code: 'hqq/options' });
  return { power: 0.7, beta: 10, kappa: 1.01, steps: 20, ...checked };
}
