import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { hostMemory } from '../host-memory.js';
import { type AttentionScratch, attendRow, attentionScratch } from './attend-row.js';
import type { CachedAttentionAttributes } from './cached-attention.js';

let scratch: { headDim: number; group: number; buffers: AttentionScratch } | undefined;

function buffersFor(headDim: number, group: number): AttentionScratch {
  if (scratch?.headDim !== headDim || scratch.group !== group) {
    scratch = { headDim, group, buffers: attentionScratch(headDim, group) };
  }
  return scratch.buffers;
}

/** `CachedAttention` for backends in host memory: token by token, straight from the packed pages. */
export const cachedAttentionKernel: KernelFunc = ({ inputs, backend, attrs }) => {
  const { query, key, value } = inputs as Record<'query' | 'key' | 'value', TensorInfo>;
  const { cache, layer, segments, heads } = attrs as unknown as CachedAttentionAttributes;
  const { kvHeads, headDim } = cache.shape;
  const group = heads / kvHeads;
  const memory = hostMemory(backend);
  const output = memory.allocate(query.shape);
  const q = memory.view(query); // [tokens, heads · headDim]
  const k = memory.view(key); // [tokens, kvHeads · headDim]
  const v = memory.view(value);
  const out = memory.view(output);
  const buffers = buffersFor(headDim, group);
  let token = 0;
  for (const { slot, count } of segments) {
    const { keys, values } = cache.row(slot, layer);
    for (let t = 0; t < count; t++, token++) {
      keys.append(k, token * kvHeads * headDim);
      values.append(v, token * kvHeads * headDim);
      for (let head = 0; head < kvHeads; head++) {
        const at = (token * heads + head * group) * headDim;
        attendRow(q, at, keys, values, head, headDim, group, buffers, out, at);
      }
    }
  }
  return output;
};
