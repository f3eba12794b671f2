import { type ClipSearch, defaultClipSearch } from '@thinkbits/numerics';
import {
  type JsonSchema,
  type WeightScheme,
  weightDependencies,
  weightProperties,
} from '@thinkbits/spec';
import { validate } from '@thinkbits/validation';

/** Options of {@link rtn}; `bits` and what shapes the grid are its default where a pipeline names no scheme. */
export interface RtnOptions extends Partial<WeightScheme> {
  /** Searches each group for the clip ratio with the least error (methods.md §1.0c): `true` = norm 2.4, 80 ratios. Off unless asked. */
  readonly clipSearch?: boolean | ClipSearch;
}

/** JSON Schema of {@link RtnOptions}. */
export const optionsSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'rtn options',
  type: 'object',
  additionalProperties: false,
  dependentRequired: weightDependencies,
  properties: {
    ...weightProperties,
    clipSearch: {
      anyOf: [
        { type: 'boolean' },
        {
          type: 'object',
          additionalProperties: false,
          required: ['norm', 'grid', 'shrink'],
          properties: {
            norm: { type: 'number', exclusiveMinimum: 0 },
            grid: { type: 'integer', minimum: 1 },
            shrink: { type: 'number', exclusiveMinimum: 0, maximum: 1 },
          },
        },
      ],
    },
  },
};

/**
 * Checks options that a person or a recipe gave.
 * @throws ThinkbitsError `rtn/options`
 */
export function checkOptions(options: unknown): RtnOptions {
  return validate<RtnOptions>(optionsSchema, options, 'rtn', { code: 'rtn/options' });
}

/** The search that options ask for. */
export function clipSearchOf({ clipSearch = false }: RtnOptions): ClipSearch | undefined {
  if (typeof clipSearch === 'object') return clipSearch;
  return clipSearch ? defaultClipSearch : undefined;
}
