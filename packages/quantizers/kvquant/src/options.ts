import {
  completeKvScheme,
  type JsonSchema,
  type KvBits,
  type KvLayout,
  type KvScheme,
  type RangeRule,
} from '@thinkbits/spec';
import { validate } from '@thinkbits/validation';

/** Options of {@link kvquant}; bits, range and rope are its default where a pipeline's scheme for the cache does not say. */
export interface KvquantOptions {
  /** Bits of keys; keys stay in float where only `value` is given. */
  readonly key?: KvBits;
  /** Bits of values; values stay in float where only `key` is given. */
  readonly value?: KvBits;
  /** Whether the bias of k_proj is left out of what is quantized; `auto`, the default: where there is one. */
  readonly preBias?: boolean | 'auto';
  /** How a channel's range is found: with 0 in it, as in the study (the default), or from its own least to its largest value. */
  readonly range?: RangeRule;
  /** Keys before (the default) or after the rotary embedding, which mixes pairs of channels. */
  readonly rope?: 'before' | 'after';
}

const bits = { enum: [2, 3, 4, 8] };

/** JSON Schema of {@link KvquantOptions}. */
export const optionsSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'kvquant options',
  type: 'object',
  additionalProperties: false,
  properties: {
    key: bits,
    value: bits,
    preBias: { enum: [true, false, 'auto'] },
    range: { enum: ['zero-inclusive', 'min-max'] },
    rope: { enum: ['before', 'after'] },
  },
};

/**
 * Checks options that a person or a recipe gave.
 * @throws ThinkbitsError `kvquant/options`
 */
export function checkOptions(options: unknown): KvquantOptions {
  return validate<KvquantOptions>(optionsSchema, options, 'kvquant', { code: 'kvquant/options' });
}

/** Keys on static grids per channel, values per token and head. */
export function layoutOf({ range = 'zero-inclusive', rope = 'before' }: KvquantOptions): KvLayout {
  return { key: { axis: 'channel', group: 'head', range }, rope };
}

/** The scheme that options describe, or undefined where they name no bits. */
export function schemeOf(options: KvquantOptions): KvScheme | undefined {
  const { key, value } = options;
  if (key === undefined && value === undefined) return undefined;
  const halves = { ...(key && { key: { bits: key } }), ...(value && { value: { bits: value } }) };
  return completeKvScheme(halves, layoutOf(options));
}
