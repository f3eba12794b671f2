import type { JsonSchema, OnlineSite } from '@thinkbits/spec';
import { validate } from '@thinkbits/validation';

/** Where a map can be learned: before the four groups of linears, across values and across keys. */
export const sites = ['qkv', 'o', 'gate-up', 'down', 'value', 'key'] as const;

/** A member of {@link sites}. */
export type Site = (typeof sites)[number];

/** Where the map of a site acts at run time; that of the values is folded into weights. */
export const onlineSites: { readonly [site in Site]?: OnlineSite['at'] } = {
  qkv: 'qkv-input',
  o: 'o-input',
  'gate-up': 'gate-up-input',
  down: 'down-input',
  key: 'query-key',
};

/** Options of {@link flatquant}. */
export interface FlatquantOptions {
  /**
   * Independent maps before o_proj and before down_proj, one for each slice of their input; `auto`: as many as the activation
   * scheme of down_proj has. Default `auto`.
   */
  readonly tensorParallel?: number | 'auto';
  /** Times that training sees each calibration window. Default 15. */
  readonly epochs?: number;
  /** Windows of one training step. Default 4. */
  readonly batch?: number;
  /** Of maps and diagonals, at the first step. Default 0.005. */
  readonly learningRate?: number;
  /** Of clips, at the first step. Default 0.05. */
  readonly clipLearningRate?: number;
  /** Towards which both fall along a cosine. Default 5e-6. */
  readonly finalLearningRate?: number;
  /** Share of a parameter that is taken away a step, times the learning rate. Default 0.01. */
  readonly weightDecay?: number;
  /** Exponent of the activations in the first diagonals, in [0, 1]; `false`: no diagonals. Default 0.3. */
  readonly diagonal?: number | false;
  /** Whether the ends of each row's range are learned. Default true. */
  readonly weightClip?: boolean;
  /** Whether the ends of activations', keys' and values' ranges are learned. Default true. */
  readonly activationClip?: boolean;
  /** Where maps are learned. Default everywhere. */
  readonly sites?: readonly Site[];
}

/** JSON Schema of {@link FlatquantOptions}. */
export const optionsSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'flatquant options',
  type: 'object',
  additionalProperties: false,
  properties: {
    tensorParallel: { anyOf: [{ type: 'integer', minimum: 1 }, { const: 'auto' }] },
    epochs: { type: 'integer', minimum: 0 },
    batch: { type: 'integer', minimum: 1 },
    learningRate: { type: 'number', exclusiveMinimum: 0 },
    clipLearningRate: { type: 'number', exclusiveMinimum: 0 },
    finalLearningRate: { type: 'number', minimum: 0 },
    weightDecay: { type: 'number', minimum: 0 },
    diagonal: { anyOf: [{ type: 'number', minimum: 0, maximum: 1 }, { const: false }] },
    weightClip: { type: 'boolean' },
    activationClip: { type: 'boolean' },
    sites: { type: 'array', uniqueItems: true, items: { enum: [...sites] } },
  },
};

/**
 * Checks options that a person or a recipe gave, and completes them (methods.md §1.8).
 * @throws ThinkbitsError `flatquant/options`
 */
export function completeOptions(options: unknown): Required<FlatquantOptions> {
  const given = validate<FlatquantOptions>(optionsSchema, options, 'flatquant', {
    code: 'flatquant/options',
  });
  return {
    tensorParallel: 'auto',
    epochs: 15,
    batch: 4,
    learningRate: 0.005,
    clipLearningRate: 0.05,
    finalLearningRate: 5e-6,
    weightDecay: 0.01,
    diagonal: 0.3,
    weightClip: true,
    activationClip: true,
    sites,
    ...given,
  };
}
