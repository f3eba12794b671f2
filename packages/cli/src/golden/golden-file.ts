import type { Json, JsonSchema } from '@thinkbits/spec';

/** One case of a golden topic (golden/README.md). */
export interface GoldenCase {
  readonly id: string;
  /** Says what is computed; a case is dispatched by these, never by its id. */
  readonly settings: { readonly [name: string]: Json };
  /** Argument name → tensor name. */
  readonly inputs: { readonly [name: string]: string };
  /** Result name → tensor name. */
  readonly expected: { readonly [name: string]: string };
  /** Expected numbers that are not tensors. */
  readonly values?: { readonly [name: string]: Json };
  /** How close: numbers, or one of a few phrases. */
  readonly tolerance: { readonly [name: string]: Json };
}

/** `cases.json` of a topic. */
export interface GoldenFile {
  readonly topic: string;
  /** The safetensors file beside it. */
  readonly tensors: string;
  readonly cases: readonly GoldenCase[];
}

const names: JsonSchema = { type: 'object', additionalProperties: { type: 'string' } };
const object: JsonSchema = { type: 'object' };

/** JSON Schema of {@link GoldenFile}; prose beside these members is let through. */
export const goldenFileSchema: JsonSchema = {
  type: 'object',
  required: ['topic', 'tensors', 'cases'],
  properties: {
    topic: { type: 'string', minLength: 1 },
    tensors: { type: 'string', minLength: 1 },
    cases: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'settings', 'inputs', 'expected', 'tolerance'],
        properties: {
          id: { type: 'string', minLength: 1 },
          settings: object,
          inputs: names,
          expected: names,
          values: object,
          tolerance: object,
        },
      },
    },
  },
};
