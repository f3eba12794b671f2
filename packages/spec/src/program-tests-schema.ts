import type { JsonSchema } from './json.js';

const text: JsonSchema = { type: 'string' };

/** JSON Schema of `ProgramTests`. */
export const programTestsSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['cases'],
  properties: {
    language: { enum: ['python', 'javascript'] },
    functionName: { type: 'string', pattern: '^[A-Za-z_]\\w*$' },
    threads: { enum: ['await', 'leave'] },
    cases: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['input', 'output'],
        properties: { input: text, output: text },
      },
    },
  },
};
