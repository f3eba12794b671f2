import { completeWeightScheme, type JsonSchema, type WeightScheme } from '@thinkbits/spec';
import { type ClipSearch, defaultClipSearch } from '../clip-search.js';

/** Options of rounding with error feedback, as people write them. */
export interface CompensationOptions {
  /** Columns are rounded by falling diagonal of the Hessian, the most active inputs first. Default true. */
  readonly actOrder?: boolean;
  /**
   * Scales of all groups come from the weights as they were; else each from its columns with all corrections
   * so far. Default: as `actOrder`.
   */
  readonly staticGroups?: boolean;
  /**
   * Searches each group for the clip ratio with the least error (methods.md §1.0c): `true` = norm 2.4, 80
   * ratios. Default false.
   */
  readonly clipSearch?: boolean | ClipSearch;
  /** Share of the mean of the Hessian's diagonal that is added to the diagonal. Default 0.01. */
  readonly damping?: number;
  /** Added to `damping` again and again, up to 1, where the Hessian cannot be factored. Default 0.0015. */
  readonly dampingIncrement?: number;
  /** Columns between two updates of all later columns: speed, not results. Default 128. */
  readonly blockSize?: number;
}

/** {@link CompensationOptions} with every default spelled out. */
export interface CompleteCompensationOptions {
  readonly actOrder: boolean;
  readonly staticGroups: boolean;
  readonly clipSearch: false | ClipSearch;
  readonly damping: number;
  readonly dampingIncrement: number;
  readonly blockSize: number;
}

/** Properties of {@link CompensationOptions} in a JSON Schema. */
export const compensationProperties: { readonly [name: string]: JsonSchema } = {
  actOrder: { type: 'boolean' },
  staticGroups: { type: 'boolean' },
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
  damping: { type: 'number', minimum: 0, maximum: 1 },
  dampingIncrement: { type: 'number', exclusiveMinimum: 0, maximum: 1 },
  blockSize: { type: 'integer', minimum: 1 },
};

/** Spells out defaults: those of GPTQ in the study (methods.md §1.3), without its clip search. */
export function completeCompensation(options: CompensationOptions): CompleteCompensationOptions {
  const { actOrder = true, clipSearch = false } = options;
  return {
    actOrder,
    staticGroups: options.staticGroups ?? actOrder,
    clipSearch: clipSearch === true ? defaultClipSearch : clipSearch,
    damping: options.damping ?? 0.01,
    dampingIncrement: options.dampingIncrement ?? 0.0015,
    blockSize: options.blockSize ?? 128,
  };
}

/** The scheme that options name among others; undefined without `bits`. */
export function schemeOfOptions(options: Partial<WeightScheme>): WeightScheme | undefined {
  const { bits, group, symmetric, range, float } = options;
  if (bits === undefined) return undefined;
  return completeWeightScheme({
    bits,
    ...(group !== undefined && { group }),
    ...(symmetric !== undefined && { symmetric }),
    ...(range !== undefined && { range }),
    ...(float !== undefined && { float }),
  });
}
