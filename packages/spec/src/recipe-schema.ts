import type { JsonSchema } from './json.js';

const bits: JsonSchema = { type: 'integer', minimum: 2, maximum: 8 };

/** A {@link FloatFormat}. */
const float: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['element', 'scale'],
  properties: {
    element: { enum: ['e2m1', 'e4m3', 'e5m2'] },
    scale: { enum: ['float32', 'e8m0', 'e4m3'] },
    scaleRule: { enum: ['floor', 'round'] },
  },
};

/** Properties of a {@link WeightScheme}, also for the options of rounders, in a JSON Schema. */
export const weightProperties: { readonly [name: string]: JsonSchema } = {
  bits,
  group: { anyOf: [{ type: 'integer', minimum: 1 }, { enum: ['channel', 'tensor'] }] },
  symmetric: { type: 'boolean' },
  range: { enum: ['zero-inclusive', 'min-max'] },
  float,
};

/** For options of rounders: what shapes a grid is no scheme without its width. */
export const weightDependencies = {
  group: ['bits'],
  symmetric: ['bits'],
  range: ['bits'],
  float: ['bits'],
} as const;

const weight: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['bits'],
  properties: weightProperties,
};

const clip: JsonSchema = { type: 'number', exclusiveMinimum: 0, maximum: 1 };

/** One ratio for both ends of a range, or one each. */
export const kvClipSchema: JsonSchema = {
  if: { type: 'object' },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: {
    type: 'object',
    additionalProperties: false,
    required: ['low', 'high'],
    properties: { low: clip, high: clip },
  },
  else: clip,
};

/** {@link KvRangeRule}. */
export const kvRangeSchema: JsonSchema = { enum: ['zero-inclusive', 'min-max', 'float-minimum'] };

/** Properties of an {@link ActivationScheme} in a JSON Schema. */
export const activationProperties: { readonly [name: string]: JsonSchema } = {
  bits,
  group: { type: 'integer', minimum: 1 },
  symmetric: { type: 'boolean' },
  clip,
  tensorParallel: { type: 'integer', minimum: 1 },
  float,
};

const activation: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['bits'],
  properties: activationProperties,
};

/** Properties of a {@link KvPartScheme} in a JSON Schema. */
export const kvPartProperties: { readonly [name: string]: JsonSchema } = {
  bits: { enum: [2, 3, 4, 8] },
  axis: { enum: ['token', 'channel'] },
  group: { anyOf: [{ type: 'integer', minimum: 1 }, { const: 'head' }] },
  symmetric: { type: 'boolean' },
  range: kvRangeSchema,
  clip: kvClipSchema,
  float,
};

const kvPart: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['bits'],
  properties: kvPartProperties,
};

/** JSON Schema of calibration text as recipes and studies give it. */
export const calibrationSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    source: { type: 'string' },
    samples: { type: 'integer', minimum: 1 },
    length: { anyOf: [{ type: 'integer', minimum: 1 }, { const: 'auto' }] },
    seed: { type: 'integer', minimum: 0 },
    sampling: { enum: ['windows', 'documents', 'blocks', 'traces'] },
    through: { enum: ['quantized', 'float'] },
  },
};

/** JSON Schema of a recipe as people write it ({@link RecipeInput}). */
export const recipeSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://thinkbits.dev/schema/recipe.json',
  title: 'Thinkbits recipe',
  type: 'object',
  additionalProperties: false,
  properties: {
    $schema: { type: 'string' },
    pipeline: {
      type: 'array',
      items: {
        type: 'object',
        required: ['use'],
        properties: { use: { type: 'string', minLength: 1 } },
      },
    },
    weights: weight,
    activations: activation,
    kv: {
      if: { required: ['bits'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: kvPart,
      else: {
        type: 'object',
        additionalProperties: false,
        minProperties: 1,
        properties: {
          key: kvPart,
          value: kvPart,
          window: { type: 'integer', minimum: 0 },
          rope: { enum: ['before', 'after'] },
        },
      },
    },
    rules: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['match', 'scheme'],
        properties: {
          match: { type: 'string', minLength: 1 },
          scheme: {
            anyOf: [
              { const: 'skip' },
              {
                type: 'object',
                additionalProperties: false,
                minProperties: 1,
                properties: { weight, activation },
              },
            ],
          },
        },
      },
    },
    calibration: calibrationSchema,
    seed: { type: 'integer', minimum: 0 },
  },
};
