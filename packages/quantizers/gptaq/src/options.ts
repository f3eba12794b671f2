import { type CompensationOptions, compensationProperties } from '@thinkbits/numerics';
import {
  type JsonSchema,
  type WeightScheme,
  weightDependencies,
  weightProperties,
} from '@thinkbits/spec';
import { validate } from '@thinkbits/validation';

/**
 * Options of {@link gptaq}; `bits` and what shapes the grid are its default where a pipeline names no scheme.
 */
export interface GptaqOptions extends Partial<WeightScheme>, CompensationOptions {
  /**
   * Share of the drift between the float model's inputs and those of the quantized one that is made up for: 1
   * is the paper's formula, 0 is GPTQ. Default 0.25, as the authors' code has it.
   */
  readonly alpha?: number;
}

/** JSON Schema of {@link GptaqOptions}. */
export const optionsSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'gptaq options',
  type: 'object',
  additionalProperties: false,
  dependentRequired: weightDependencies,
  properties: {
    ...weightProperties,
    ...compensationProperties,
    alpha: { type: 'number', minimum: 0, maximum: 1 },
  },
};

/**
 * Checks options that a person or a recipe gave.
 * @throws ThinkbitsError `gptaq/options`
 */
export function checkOptions(options: unknown): GptaqOptions {
  return validate<GptaqOptions>(optionsSchema, options, 'gptaq', { code: 'gptaq/options' });
}
