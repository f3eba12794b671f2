import type { JsonSchema } from '@thinkbits/spec';

const text: JsonSchema = { type: 'string', minLength: 1 };
const share: JsonSchema = { type: 'number', minimum: 0, maximum: 1 };
const amount: JsonSchema = { type: 'number', minimum: 0 };
const amountOrNull: JsonSchema = { type: ['number', 'null'], minimum: 0 };
const count: JsonSchema = { type: 'integer', minimum: 0 };
const positive: JsonSchema = { type: 'integer', minimum: 1 };
const bits: JsonSchema = { type: ['number', 'null'], minimum: 1, maximum: 32 };

function pairOf(item: JsonSchema): JsonSchema {
  return { type: 'array', prefixItems: [item, item], items: false, minItems: 2, maxItems: 2 };
}

/** An object that knows all its keys; those ending in `?` may be absent. */
function record(properties: { readonly [key: string]: JsonSchema }): JsonSchema {
  const entries = Object.entries(properties);
  return {
    type: 'object',
    additionalProperties: false,
    required: entries.map(([key]) => key).filter((key) => !key.endsWith('?')),
    properties: Object.fromEntries(
      entries.map(([key, schema]) => [key.replace(/\?$/, ''), schema]),
    ),
  };
}

function listOf(items: JsonSchema): JsonSchema {
  return { type: 'array', items };
}

function orNull(schema: JsonSchema): JsonSchema {
  return { anyOf: [{ type: 'null' }, schema] };
}

const drop = record({
  points: { type: 'number', minimum: -100, maximum: 100 },
  interval95: pairOf({ type: 'number', minimum: -100, maximum: 100 }),
  class: { enum: ['lossless', 'fair', 'risky', 'undetermined'] },
});

const memory = record({
  weights_held_bytes: amount,
  weights_packed_bytes: amount,
  weights_float_bytes: amount,
  'kv_bytes_per_token?': record({ held: amount, packed: amount, float: amount }),
});

const sample = record({
  problem: text,
  'repeat?': count,
  'question?': { type: 'string' },
  expected: { type: 'string' },
  extracted: { type: ['string', 'null'] },
  correct: { type: 'boolean' },
  finish_reason: { enum: ['stop', 'length', 'error'] },
  completion_tokens: count,
  thinking: { type: 'string' },
  text: { type: 'string' },
  'withheld?': { const: true },
});

const row = record({
  model: text,
  recipe: text,
  label: text,
  weight_bits: bits,
  activation_bits: bits,
  kv_bits: bits,
  benchmark: text,
  problems: positive,
  repeats: positive,
  accuracy: share,
  interval95: pairOf(share),
  std_over_repeats: amountOrNull,
  drop: orNull(drop),
  flips: orNull(record({ right_to_wrong: count, wrong_to_right: count })),
  mean_completion_tokens: amount,
  tokens_ratio: amountOrNull,
  tokens_when_right: amountOrNull,
  tokens_when_wrong: amountOrNull,
  'token_quantiles?': record({ p05: amount, p25: amount, p50: amount, p75: amount, p95: amount }),
  truncated_share: share,
  unparsed_share: share,
  by_group: {
    type: 'object',
    additionalProperties: {
      type: 'object',
      additionalProperties: record({ accuracy: share, problems: positive }),
    },
  },
  'scores?': {
    type: 'object',
    minProperties: 1,
    additionalProperties: record({
      value: { type: ['number', 'null'] },
      interval95: orNull(pairOf({ type: 'number' })),
    }),
  },
  'perplexity?': { type: 'object', minProperties: 1, additionalProperties: amount },
  memory: orNull(memory),
  tokens_per_second: amountOrNull,
  'run?': text,
  'run_hash?': text,
  'samples?': listOf(sample),
});

/** JSON Schema of `results.json` ({@link StudyResults}), version 1. */
export const studyResultsSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://thinkbits.dev/schema/results.json',
  title: 'Thinkbits study results',
  ...record({
    '$schema?': { type: 'string' },
    schema_version: { const: 1 },
    title: text,
    'created_at?': text,
    created_from: record({ command: text, 'study_hash?': text }),
    host: record({
      processor: text,
      cores: positive,
      backend: text,
      'threads?': positive,
      'compute?': text,
      versions: { type: 'object', additionalProperties: { type: 'string' } },
    }),
    'statistics?': record({ interval: text, paired: text }),
    models: {
      ...listOf(record({ id: text, label: text, 'parameters?': count, 'hash?': text })),
      minItems: 1,
    },
    benchmarks: {
      ...listOf(
        record({
          id: text,
          title: text,
          'data_hash?': text,
          'sampling?': text,
          'max_tokens?': positive,
          'seeds?': listOf({ type: 'integer' }),
          'scoring?': text,
        }),
      ),
      minItems: 1,
    },
    rows: { ...listOf(row), minItems: 1 },
  }),
};
