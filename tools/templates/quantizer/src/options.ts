import type { JsonSchema } from '@thinkbits/spec';

/** Options of {@link __camel__}. */
export interface __Pascal__Options {
  /** Share of each group's range that the grid covers, in (0, 1]. Default 1. */
  readonly keep?: number;
}

/** JSON Schema of {@link __Pascal__Options}. */
export const optionsSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: '__name__ options',
  type: 'object',
  additionalProperties: false,
  properties: { keep: { type: 'number', exclusiveMinimum: 0, maximum: 1 } },
};
