import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { hostMemory } from '../host-memory.js';
import { AttentionScratch, attendRow } from './attend-row.js';
import type { CachedAttentionAttributes } from './cached-attention.js';

const scratches = new Map<string, AttentionScratch>();

/** Models differ in shape, and a thread may hold several. */
function scratchFor(headDim: number, group: number): AttentionScratch {
  const key = `${headDim}x${group}`;
  const scratch = scratches.get(key) ?? new AttentionScratch(headDim, group);
  scratches.set(key, scratch);
  return scratch;
}

/** `CachedAttention` for backends in host memory: token by token, straight from the packed pages. */
export const cachedAttentionKernel: KernelFunc = ({ inputs, backend, attrs }) => {
  const { query, key, value } = inputs as Record<'query' | 'key' | 'value', TensorInfo>;
  const { cache, layer, segments, heads, table } = attrs as unknown as CachedAttentionAttributes;
  const { kvHeads, headDim } = cache.shape;
  const group = heads / kvHeads;
  const memory = hostMemory(backend);
  const output = memory.allocate(query.shape);
  const q = memory.view(query); // [tokens, heads · headDim]
  const k = memory.view(key); // [tokens, kvHeads · headDim]
  const v = memory.view(value);
  const out = memory.view(output);
  const scratch = scratchFor(headDim, group);
  const rotation = cache.rotation(layer, table);
  let token = 0;
  for (const { slot, count } of segments) {
    const { keys, values } = cache.row(slot, layer);
    for (let t = 0; t < count; t++, token++) {
      keys.append(k, token * kvHeads * headDim);
      values.append(v, token * kvHeads * headDim);
      for (let head = 0; head < kvHeads; head++) {
        const at = (token * heads + head * group) * headDim;
        attendRow(q, out, at, keys, values, head, headDim, group, scratch, rotation);
      }
    }
  }
  return output;
};
