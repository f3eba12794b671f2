import { dequantizeTokens, quantizeTokens } from '@thinkbits/numerics';
import type { KvBits, KvPartScheme } from '@thinkbits/spec';
import { booleanOf, groupOf, numberOf, onlySettings } from '../settings.js';
import type { GoldenCheck, GoldenTopic } from '../topic.js';
import { attend, cacheInputs } from './cache-inputs.js';
import { kiviCache } from './kvcache-kivi.js';
import { modelWithRotatedCache, modelWithStaticCache } from './kvcache-of-model.js';

const perTokenSettings = [
  'kind',
  'bits',
  'symmetric',
  'group',
  'clip_ratio',
  'heads',
  'tokens',
  'head_dim',
];

const perToken: GoldenCheck = {
  rules: {
    codes: { how: 'exact', of: ['key_codes', 'value_codes'] },
    scale_relative: { how: 'relative', of: ['key_scale', 'value_scale'] },
    zero: { how: 'exact', of: ['key_zero', 'value_zero'], unsaid: { how: 'exact' } },
    dequantized_abs: { how: 'absolute', of: ['key_dequantized', 'value_dequantized'] },
    attention_max_abs: { how: 'absolute', of: ['attention_output'] },
  },
  compute: async (context) => {
    const { settings } = context;
    onlySettings(settings, perTokenSettings);
    const part: KvPartScheme & { range: 'zero-inclusive' } = {
      bits: numberOf(settings, 'bits') as KvBits,
      axis: 'token',
      group: groupOf(settings, 'head' as const),
      symmetric: booleanOf(settings, 'symmetric'),
      range: 'zero-inclusive',
      clip: numberOf(settings, 'clip_ratio'),
    };
    const quantized = async (name: string) => {
      const { shape, values } = await context.input(name);
      const d = shape.at(-1) as number;
      const group = part.group === 'head' ? d : part.group;
      const x = Float32Array.from(values);
      const { bits, symmetric, range } = part;
      const clip = numberOf(settings, 'clip_ratio');
      return quantizeTokens(x, x.length / d, d, { bits, symmetric, range, clip, group });
    };
    const [key, value] = [await quantized('key'), await quantized('value')];
    const inputs = await cacheInputs(context);
    const scheme = { key: part, value: part, window: 0, rope: 'after' } as const;
    return {
      key_codes: key.codes,
      key_scale: key.scales,
      key_zero: key.zeros,
      key_dequantized: dequantizeTokens(key),
      value_codes: value.codes,
      value_scale: value.scales,
      value_zero: value.zeros,
      value_dequantized: dequantizeTokens(value),
      attention_output: await attend(inputs, scheme, [
        inputs.key.length / (inputs.heads * inputs.headDim),
      ]),
    };
  },
};

/** Keys and values: per token alone, KIVI alone, and in whole models. */
export const kvcache: GoldenTopic = ({ kind }) => {
  switch (kind) {
    case 'kv-per-token':
      return perToken;
    case 'kivi':
      return kiviCache;
    case 'quarot-kv':
      return modelWithRotatedCache;
    case 'kvquant-star':
      return modelWithStaticCache;
    default:
      return undefined;
  }
};
