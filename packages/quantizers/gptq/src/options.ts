import { type CompensationOptions, compensationProperties } from '@thinkbits/numerics';
import {
  type JsonSchema,
  type WeightScheme,
  weightDependencies,
  weightProperties,
} from '@thinkbits/spec';
import { validate } from '@thinkbits/validation';

/**
 * Options of {@link gptq}; `bits` and what shapes the grid are its default where a pipeline names no scheme.
 */
export interface GptqOptions extends Partial<WeightScheme>, CompensationOptions {}

/** JSON Schema of {@link GptqOptions}. */
export const optionsSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'gptq options',
  type: 'object',
  additionalProperties: false,
  dependentRequired: weightDependencies,
  properties: {
    ...weightProperties,
    ...compensationProperties,
  },
};

/**
 * Checks options that a person or a recipe gave.
 * @throws ThinkbitsError `gptq/options`
 */
export function checkOptions(options: unknown): GptqOptions {
  return validate<GptqOptions>(optionsSchema, options, 'gptq', { code: 'gptq/options' });
}
