import { tensor2d } from '@tensorflow/tfjs-core';
import { dequantizeTokens, quantizeTokens } from '@thinkbits/numerics';
import { cachedAttention, KvCache } from '@thinkbits/ops';
import type { KvBits } from '@thinkbits/spec';
import { booleanOf, groupOf, numberOf } from '../settings.js';
import type { GoldenTensor } from '../tensor.js';
import type { CaseContext, GoldenCheck, GoldenTopic } from '../topic.js';
import { modelWithPerTokenCache } from './kvcache-of-model.js';

/** `[heads, tokens, d]` → `[tokens, heads · d]`, as the cache takes it. */
function byToken({ shape, values }: GoldenTensor): Float32Array {
  const [heads, tokens, d] = shape as [number, number, number];
  return Float32Array.from(values, (_, i) => {
    const token = Math.floor(i / (heads * d));
    const head = Math.floor(i / d) % heads;
    return values[(head * tokens + token) * d + (i % d)] as number;
  });
}

/**
 * What each query sees of a quantized cache, `[heads, queries, d]`, through the cache and the attention that generation uses:
 * a row is filled anew for each query, which stands at its last token and so sees all of them.
 */
async function attend(context: CaseContext, part: PartScheme): Promise<Float32Array> {
  const [key, value, query] = await Promise.all(['key', 'value', 'query'].map(context.input));
  const [heads, tokens, d] = (key as GoldenTensor).shape as [number, number, number];
  const queries = (query as GoldenTensor).shape[1] as number;
  const scheme = { key: part, value: part, window: 0, rope: 'after' } as const;
  const cache = new KvCache({ layers: 1, kvHeads: heads, headDim: d, parameters: [{ scheme }] });
  const width = heads * d;
  const result = new Float32Array(heads * queries * d);
  try {
    const k = tensor2d(byToken(key as GoldenTensor), [tokens, width]);
    const v = tensor2d(byToken(value as GoldenTensor), [tokens, width]);
    const asked = byToken(query as GoldenTensor);
    for (let j = 0; j < queries; j++) {
      const rows = new Float32Array(tokens * width);
      rows.set(asked.subarray(j * width, (j + 1) * width), (tokens - 1) * width);
      const q = tensor2d(rows, [tokens, width]);
      const segments = [{ slot: j, start: 0, count: tokens }];
      const output = cachedAttention(q, k, v, { cache, layer: 0, segments, heads });
      const last = ((await output.data()) as Float32Array).subarray((tokens - 1) * width);
      for (let h = 0; h < heads; h++) {
        result.set(last.subarray(h * d, (h + 1) * d), (h * queries + j) * d);
      }
      q.dispose();
      output.dispose();
    }
    k.dispose();
    v.dispose();
  } finally {
    cache.dispose();
  }
  return result;
}

interface PartScheme {
  readonly bits: KvBits;
  readonly axis: 'token';
  readonly group: number | 'head';
  readonly symmetric: boolean;
  readonly range: 'zero-inclusive';
  readonly clip: number;
}

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
    const part: PartScheme = {
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
      return quantizeTokens(x, x.length / d, d, { ...part, group });
    };
    const [key, value] = [await quantized('key'), await quantized('value')];
    return {
      key_codes: key.codes,
      key_scale: key.scales,
      key_zero: key.zeros,
      key_dequantized: dequantizeTokens(key),
      value_codes: value.codes,
      value_scale: value.scales,
      value_zero: value.zeros,
      value_dequantized: dequantizeTokens(value),
      attention_output: await attend(context, part),
    };
  },
};

/** Keys and values per token, head and group: alone, and in whole models without a rotation. */
export const kvcache: GoldenTopic = ({ kind, hadamard_on_q_and_k: rotated }) => {
  if (kind === 'kv-per-token') return perToken;
  return kind === 'quarot-kv' && rotated === false ? modelWithPerTokenCache : undefined;
};
