import {
  activationProperties,
  type JsonSchema,
  kvPartProperties,
  recipeSchema,
  weightProperties,
} from '@thinkbits/spec';

import { manifestVersion } from './thinkbits-manifest.js';

/** An object whose fields are all known. */
const closed = (
  properties: { readonly [name: string]: JsonSchema },
  required: readonly string[] = Object.keys(properties),
): JsonSchema => ({ type: 'object', additionalProperties: false, required, properties });

const boolean = { type: 'boolean' };
const string = { type: 'string' };
const number = { type: 'number' };
const index = { type: 'integer', minimum: 0 };
const count = { type: 'integer', minimum: 1 };
const clip = { type: 'number', exclusiveMinimum: 0, maximum: 1 };
const floats = closed({ float32: string });

const ratios = { type: 'array', minItems: 1, items: clip };
const weight = closed(weightProperties, ['bits', 'group', 'symmetric', 'range']);
const activation = closed(
  { ...activationProperties, clip: { anyOf: [clip, closed({ low: ratios, high: ratios })] } },
  ['bits', 'symmetric', 'clip', 'tensorParallel'],
);
const kvPart = closed(kvPartProperties, ['bits', 'axis', 'group', 'symmetric', 'range', 'clip']);
const kvScheme = closed(
  { key: kvPart, value: kvPart, window: index, rope: { enum: ['before', 'after'] } },
  ['window', 'rope'],
);
const staticGrid = closed({ scales: floats, zeros: floats, offset: floats }, ['scales', 'zeros']);
const calibration = closed({ hash: string, windows: count, tokens: count });
const linearMap = { $ref: '#/$defs/linearMap' };
const site = closed({
  block: index,
  at: {
    enum: ['qkv-input', 'o-input', 'gate-up-input', 'down-input', 'query-key', 'value'],
  },
});

const { $schema: _schema, $id: _id, ...recipe } = recipeSchema;

/** JSON Schema of thinkbits.json: complete, every default spelled out. */
export const manifestSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://thinkbits.dev/schema/thinkbits.json',
  title: 'Thinkbits quantized checkpoint',
  $defs: {
    linearMap: {
      type: 'object',
      required: ['kind'],
      oneOf: [
        closed({ kind: { const: 'diagonal' }, values: floats }),
        closed({ kind: { const: 'dense' }, size: count, values: floats }),
        closed({ kind: { const: 'kronecker' }, left: linearMap, right: linearMap }),
        closed({
          kind: { const: 'block-diagonal' },
          blocks: { type: 'array', minItems: 1, items: linearMap },
        }),
        closed({ kind: { const: 'hadamard' }, size: count, seed: index, transposed: boolean }, [
          'kind',
          'size',
        ]),
      ],
    },
  },
  ...closed(
    {
      schemaVersion: { const: manifestVersion },
      packages: { type: 'object', additionalProperties: string },
      recipe,
      source: closed({ label: string, hash: string }),
      calibration,
      linears: {
        type: 'object',
        additionalProperties: { ...closed({ weight, activation }, []), minProperties: 1 },
      },
      reports: {
        type: 'array',
        items: closed(
          {
            name: string,
            method: string,
            bits: number,
            relativeWeightError: number,
            relativeOutputError: number,
            damping: number,
            fallback: closed({ to: string, reason: string }),
          },
          ['name', 'method', 'bits', 'relativeWeightError'],
        ),
      },
      online: {
        type: 'array',
        items: closed({
          op: { const: 'online' },
          site,
          map: closed({ forward: linearMap, inverse: linearMap }),
        }),
      },
      kv: {
        type: 'array',
        items: closed(
          {
            scheme: kvScheme,
            staticKeys: staticGrid,
            staticValues: staticGrid,
          },
          ['scheme'],
        ),
      },
    },
    ['schemaVersion', 'packages', 'recipe', 'source', 'linears', 'reports', 'online'],
  ),
};
