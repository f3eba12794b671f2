import { folderFiles } from '@thinkbits/checkpoint/node';
import { loadModel, type Model } from '@thinkbits/inference';
import { readStore } from '@thinkbits/ops';
import type { KvBits, KvPartScheme } from '@thinkbits/spec';
import { booleanOf, numberOf, textOf } from '../settings.js';
import type { GoldenCheck } from '../topic.js';

/** The keys of layer 0 as attention reads them back, `[kvHeads, tokens, headDim]`. */
function keysSeen({ decoder }: Model, ids: Int32Array): Float32Array {
  const { kvHeads, headDim } = decoder.config;
  const cache = decoder.createCache();
  try {
    decoder.forward([...ids], [{ slot: 0, start: 0, count: ids.length }], cache).dispose();
    const seen = new Float32Array(kvHeads * ids.length * headDim);
    const size = ids.length * headDim;
    for (let head = 0; head < kvHeads; head++) {
      readStore(cache.row(0, 0).keys, head, headDim, seen.subarray(head * size, (head + 1) * size));
    }
    return seen;
  } finally {
    cache.dispose();
  }
}

/** A whole model whose cache keeps keys, after the rotary embedding, and values per token and head. */
export const modelWithPerTokenCache: GoldenCheck = {
  rules: {
    logits_relative_frobenius: { how: 'frobenius', of: ['logits'] },
    // What the golden data's README asks of float logits.
    logits_float: {
      how: 'absolute',
      of: ['logits_float'],
      unsaid: { how: 'absolute', limit: 5e-3 },
    },
    '0.key_seen_by_attention': { how: 'most', of: ['0.key_seen_by_attention'] },
    // Said of all whole models; grids that are found per token are not kept in the case.
    key_scale_relative: { how: 'relative', of: [] },
    key_zero: { how: 'exact', of: [] },
  },
  async compute({ settings, input, modelDirectory, signal }) {
    const part: KvPartScheme = {
      bits: numberOf(settings, 'bits') as KvBits,
      axis: 'token',
      group: 'head',
      symmetric: booleanOf(settings, 'symmetric'),
      range: 'zero-inclusive',
      clip: numberOf(settings, 'clip_ratio'),
    };
    const scheme = { key: part, value: part, window: 0, rope: 'after' } as const;
    const ids = Int32Array.from((await input('ids')).values);
    const files = folderFiles(modelDirectory(textOf(settings, 'model')));
    const float = await loadModel(files, { signal });
    try {
      const quantized = await loadModel(float.checkpoint, { kv: scheme, signal });
      try {
        return {
          logits: await quantized.logits(ids, signal),
          logits_float: await float.logits(ids, signal),
          '0.key_seen_by_attention': keysSeen(quantized, ids),
        };
      } finally {
        quantized.dispose();
      }
    } finally {
      float.dispose();
      await float.checkpoint.close();
    }
  },
};
