import {
  completeKvScheme,
  type JsonSchema,
  type KvBits,
  type KvLayout,
  type KvScheme,
} from '@thinkbits/spec';
import { validate } from '@thinkbits/validation';

/** Options of {@link kivi}; bits are its default where a pipeline names none for the cache. */
export interface KiviOptions {
  /** Bits of keys; keys stay in float where only `value` is given. */
  readonly key?: KvBits;
  /** Bits of values; values stay in float where only `key` is given. */
  readonly value?: KvBits;
  /** Tokens of a key channel, and channels of a value, that share a scale and a minimum. Default 32. */
  readonly group?: number;
  /**
   * The residual R, a multiple of `group`: keys are quantized R at a time, values when R newer ones are there. Default 128.
   */
  readonly window?: number;
}

const bits = { enum: [2, 3, 4, 8] };
const count = { type: 'integer', minimum: 1 };

/** JSON Schema of {@link KiviOptions}. */
export const optionsSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'kivi options',
  type: 'object',
  additionalProperties: false,
  properties: { key: bits, value: bits, group: count, window: count },
};

/**
 * Checks options that a person or a recipe gave, and spells them out.
 * @throws ThinkbitsError `kivi/options`
 */
export function readOptions(options: unknown): KiviOptions & { group: number; window: number } {
  const checked = validate<KiviOptions>(optionsSchema, options, 'kivi', { code: 'kivi/options' });
  return { ...checked, group: checked.group ?? 32, window: checked.window ?? 128 };
}

/** Keys per channel and group of tokens, values per token and group of channels, both above a float minimum. */
export function layoutOf({ group, window }: { group: number; window: number }): KvLayout {
  const shared = { group, range: 'float-minimum' } as const;
  return { key: { axis: 'channel', ...shared }, value: { axis: 'token', ...shared }, window };
}

/** The scheme that options describe, or undefined where they name no bits. */
export function schemeOf({ key, value }: KiviOptions, layout: KvLayout): KvScheme | undefined {
  if (key === undefined && value === undefined) return undefined;
  const halves = { ...(key && { key: { bits: key } }), ...(value && { value: { bits: value } }) };
  return completeKvScheme(halves, layout);
}
