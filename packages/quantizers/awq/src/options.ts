import type { JsonSchema } from '@thinkbits/spec';
import { validate } from '@thinkbits/validation';

/** Options of {@link awq}. Bits, group and range come from the pipeline's weight scheme. */
export interface AwqOptions {
  /** Ratios tried are i / ratioGrid, i from 0 to ratioGrid - 1. Default 20. */
  readonly ratioGrid?: number;
  /** Weighs channels by their weights too, as AutoAWQ does (methods.md §9.10). Default false. */
  readonly duoScaling?: boolean;
  /** Scales v_proj into o_proj where their weights have one shape. Default true. */
  readonly valueToOutput?: boolean;
  /** Searches each group for bounds of its weights. Default true. */
  readonly clip?: boolean;
  /** Bounds tried are 1 - i · clipShrink / clipGrid of the largest weight, i from 0 to clipGrid - 1. Default 10. */
  readonly clipGrid?: number;
  /** In (0, 1). Default 0.5. */
  readonly clipShrink?: number;
  /** Tokens that the clip search looks at, at least, where there are as many. Default 512. */
  readonly clipTokens?: number;
  /** Last parts of the names of linears that are not clipped. Default `q_proj` and `k_proj`. */
  readonly unclipped?: readonly string[];
}

/** Options with nothing left to default. */
export type CompleteAwqOptions = Required<AwqOptions>;

/** JSON Schema of {@link AwqOptions}. */
export const optionsSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'awq options',
  type: 'object',
  additionalProperties: false,
  properties: {
    ratioGrid: { type: 'integer', minimum: 1, maximum: 1000 },
    duoScaling: { type: 'boolean' },
    valueToOutput: { type: 'boolean' },
    clip: { type: 'boolean' },
    clipGrid: { type: 'integer', minimum: 1, maximum: 255 },
    clipShrink: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
    clipTokens: { type: 'integer', minimum: 1 },
    unclipped: { type: 'array', items: { type: 'string', minLength: 1 }, uniqueItems: true },
  },
};

/**
 * Checks options that a person or a recipe gave and spells out their defaults (methods.md §1.2).
 * @throws ThinkbitsError `awq/options`
 */
export function completeOptions(options: unknown): CompleteAwqOptions {
  return {
    ratioGrid: 20,
    duoScaling: false,
    valueToOutput: true,
    clip: true,
    clipGrid: 10,
    clipShrink: 0.5,
    clipTokens: 512,
    unclipped: ['q_proj', 'k_proj'],
    ...validate<AwqOptions>(optionsSchema, options, 'awq', { code: 'awq/options' }),
  };
}
