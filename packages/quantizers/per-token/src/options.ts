import {
  type ClipRatios,
  completeKvPartScheme,
  type JsonObject,
  type JsonSchema,
  type KvBits,
  type KvPartScheme,
  type KvScheme,
  kvClipSchema,
  ThinkbitsError,
} from '@thinkbits/spec';
import { validate } from '@thinkbits/validation';

/** Options of {@link perToken}: its default where a pipeline names no scheme for the cache. */
export interface PerTokenOptions {
  /** Bits of keys and values alike; not together with `key` or `value`. */
  readonly bits?: KvBits;
  /** Bits of keys; keys stay in float where only `value` is given. */
  readonly key?: KvBits;
  /** Bits of values; values stay in float where only `key` is given. */
  readonly value?: KvBits;
  /** Channels that share a scale; `head`, the default, is all of a head. Must divide the head. */
  readonly group?: number | 'head';
  /** Ratio in (0, 1] by which both ends of the range shrink, or one for each end; 1 unless said. */
  readonly clip?: number | ClipRatios;
  /** The most recent tokens, which stay in float; 0 unless said. */
  readonly window?: number;
}

const bits = { enum: [2, 3, 4, 8] };

/** JSON Schema of {@link PerTokenOptions}. */
export const optionsSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'per-token options',
  type: 'object',
  additionalProperties: false,
  properties: {
    bits,
    key: bits,
    value: bits,
    group: { anyOf: [{ type: 'integer', minimum: 1 }, { const: 'head' }] },
    clip: kvClipSchema,
    window: { type: 'integer', minimum: 0 },
  },
};

/** The scheme that options describe, or undefined where they name no bits. */
export function schemeOf(options: PerTokenOptions): KvScheme | undefined {
  const { bits, key = bits, value = bits, group = 'head', clip = 1, window = 0 } = options;
  if (key === undefined && value === undefined) return undefined;
  return {
    ...(key && { key: completeKvPartScheme({ bits: key, group, clip }) }),
    ...(value && { value: completeKvPartScheme({ bits: value, group, clip }) }),
    window,
    rope: 'after',
  };
}

/** The options that describe a scheme, every one spelled out. */
export function completeOptions({ key, value, window }: KvScheme): JsonObject {
  const { group, clip } = (key ?? value) as KvPartScheme;
  return {
    ...(key && { key: key.bits }),
    ...(value && { value: value.bits }),
    group,
    clip: typeof clip === 'number' ? clip : { ...clip },
    window,
  };
}

function refuse(what: string): never {
  throw new ThinkbitsError({
    code: 'per-token/options',
    category: 'usage',
    message: `per-token: ${what}`,
    help: 'Give bits for keys and values alike, or key and value.',
  });
}

/**
 * Checks options that a person or a recipe gave.
 * @throws ThinkbitsError `per-token/options`
 */
export function checkOptions(options: unknown): PerTokenOptions {
  const checked = validate<PerTokenOptions>(optionsSchema, options, 'per-token', {
    code: 'per-token/options',
  });
  // what concerns several options is said here, because a schema says it badly
  const { bits, key, value, ...shape } = checked;
  const half = key ?? value;
  const [lonely] = Object.keys(shape);
  if (bits !== undefined && half !== undefined) {
    refuse(`bits ${bits} speaks of keys and values, ${half} of one of them.`);
  }
  if (lonely !== undefined && bits === undefined && half === undefined) {
    refuse(`${lonely} shapes a grid, and there are no bits for one.`);
  }
  return checked;
}
