import type { JsonSchema } from './json.js';

const weight: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['bits'],
  properties: {
    bits: { type: 'integer', minimum: 2, maximum: 8 },
    group: { anyOf: [{ type: 'integer', minimum: 1 }, { const: 'channel' }] },
    symmetric: { type: 'boolean' },
    range: { enum: ['zero-inclusive', 'min-max'] },
  },
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

const activation: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['bits'],
  properties: {
    bits: { type: 'integer', minimum: 2, maximum: 8 },
    symmetric: { type: 'boolean' },
    clip,
    tensorParallel: { type: 'integer', minimum: 1 },
  },
};

const kvPart: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['bits'],
  properties: {
    bits: { enum: [2, 3, 4, 8] },
    axis: { enum: ['token', 'channel'] },
    group: { anyOf: [{ type: 'integer', minimum: 1 }, { const: 'head' }] },
    symmetric: { type: 'boolean' },
    range: kvRangeSchema,
    clip: kvClipSchema,
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
    calibration: {
      type: 'object',
      additionalProperties: false,
      properties: {
        source: { type: 'string' },
        samples: { type: 'integer', minimum: 1 },
        length: { anyOf: [{ type: 'integer', minimum: 1 }, { const: 'auto' }] },
        seed: { type: 'integer', minimum: 0 },
        sampling: { enum: ['windows', 'documents', 'blocks', 'traces'] },
      },
    },
    seed: { type: 'integer', minimum: 0 },
  },
};
