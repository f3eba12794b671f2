import { encodeChannelGroup, encodeGroup } from '@thinkbits/numerics';
import { kivi } from '@thinkbits/quantizer-kivi';
import type { KvBits, KvPartScheme, KvScheme } from '@thinkbits/spec';
import { numberOf, onlySettings } from '../settings.js';
import type { CaseContext, GoldenCheck } from '../topic.js';
import { attend, cacheInputs } from './cache-inputs.js';

const known = [
  'kind',
  'bits',
  'group',
  'residual_window',
  'prefill',
  'appended_one_by_one',
  'key_tokens_quantized',
  'value_tokens_quantized',
];

/** Codes `[…, length]` with a scale and a minimum for each group of values. */
interface Codes {
  readonly codes: number[];
  readonly scales: number[];
  readonly minima: number[];
}

/** The first `settled` tokens of every head, per channel and group of tokens. @param x `[heads, tokens, d]` */
async function channelCodes(
  { input }: CaseContext,
  part: KvPartScheme,
  settled: number,
): Promise<Codes> {
  const { shape, values } = await input('key');
  const [heads, tokens, d] = shape as [number, number, number];
  const x = Float32Array.from(values);
  const group = part.group as number;
  const found: Codes = { codes: [], scales: [], minima: [] };
  for (let head = 0; head < heads; head++) {
    for (let first = 0; first < settled; first += group) {
      const codes = new Uint8Array(group * d);
      const start = (head * tokens + first) * d;
      const grids = encodeChannelGroup(x, start, group, d, part, codes);
      found.codes.push(...codes);
      found.scales.push(...grids.scales);
      found.minima.push(...(grids.offset as Float32Array));
    }
  }
  return found;
}

/** The first `settled` tokens of every head, per token and group of channels. */
async function tokenCodes(
  { input }: CaseContext,
  part: KvPartScheme,
  settled: number,
): Promise<Codes> {
  const { shape, values } = await input('value');
  const [heads, tokens, d] = shape as [number, number, number];
  const x = Float32Array.from(values);
  const group = part.group as number;
  const found: Codes = { codes: [], scales: [], minima: [] };
  const codes = new Uint8Array(group);
  const parameters = new Float32Array(2);
  for (let head = 0; head < heads; head++) {
    const first = head * tokens * d;
    for (let start = first; start < first + settled * d; start += group) {
      encodeGroup(x, start, group, part, codes, 0, parameters, 0);
      found.codes.push(...codes);
      found.scales.push(parameters[0] as number);
      found.minima.push(parameters[1] as number);
    }
  }
  return found;
}

/** KIVI: what is quantized after so many tokens, and what a query sees of it. */
export const kiviCache: GoldenCheck = {
  rules: {
    codes: { how: 'exact', of: ['key_codes', 'value_codes'] },
    scale_relative: { how: 'relative', of: ['key_scale', 'value_scale'] },
    minimum: {
      how: 'exact',
      of: ['key_minimum', 'value_minimum'],
      unsaid: { how: 'exact' },
    },
    attention_max_abs: { how: 'absolute', of: ['attention_output'] },
  },
  compute: async (context) => {
    const { settings } = context;
    onlySettings(settings, known);
    const [prefill, appended] = [
      numberOf(settings, 'prefill'),
      numberOf(settings, 'appended_one_by_one'),
    ];
    const bits = numberOf(settings, 'bits') as KvBits;
    const group = numberOf(settings, 'group');
    const window = numberOf(settings, 'residual_window');
    const scheme = kivi({ key: bits, value: bits, group, window }).defaultScheme as KvScheme;
    const calls = [prefill, ...Array.from({ length: appended }, () => 1)];
    const settled = { keys: 0, values: 0 };
    const inputs = await cacheInputs(context, prefill + appended);
    const output = await attend(inputs, scheme, calls, ({ keys, values }) => {
      settled.keys = keys.settled;
      settled.values = values.settled;
    });
    const key = await channelCodes(context, scheme.key as KvPartScheme, settled.keys);
    const value = await tokenCodes(context, scheme.value as KvPartScheme, settled.values);
    return {
      key_codes: key.codes,
      key_scale: key.scales,
      key_minimum: key.minima,
      value_codes: value.codes,
      value_scale: value.scales,
      value_minimum: value.minima,
      attention_output: output,
    };
  },
};
