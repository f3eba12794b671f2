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

/** What {@link attendOnHost} reads, and what it fills. */
export interface HostAttention {
  /** `[tokens, heads · headDim]` */
  readonly query: Float32Array;
  /** `[tokens, kvHeads · headDim]` */
  readonly key: Float32Array;
  /** `[tokens, kvHeads · headDim]` */
  readonly value: Float32Array;
  /** `[tokens, heads · headDim]` */
  readonly output: Float32Array;
}

/** `CachedAttention` over arrays of the host: token by token, straight from the packed pages. */
export function attendOnHost(
  { query, key, value, output }: HostAttention,
  { cache, layer, segments, heads, table }: CachedAttentionAttributes,
): void {
  const { kvHeads, headDim } = cache.shape;
  const group = heads / kvHeads;
  const scratch = scratchFor(headDim, group);
  const rotation = cache.rotation(layer, table);
  let token = 0;
  for (const { slot, count } of segments) {
    const { keys, values } = cache.row(slot, layer);
    for (let t = 0; t < count; t++, token++) {
      keys.append(key, token * kvHeads * headDim);
      values.append(value, token * kvHeads * headDim);
      for (let head = 0; head < kvHeads; head++) {
        const at = (token * heads + head * group) * headDim;
        attendRow(query, output, at, keys, values, head, headDim, group, scratch, rotation);
      }
    }
  }
}

/** `CachedAttention` for backends in host memory. */
export const cachedAttentionKernel: KernelFunc = ({ inputs, backend, attrs }) => {
  const { query, key, value } = inputs as Record<'query' | 'key' | 'value', TensorInfo>;
  const memory = hostMemory(backend);
  const output = memory.allocate(query.shape); // first: growth of the heap invalidates views
  attendOnHost(
    {
      query: memory.view(query),
      key: memory.view(key),
      value: memory.view(value),
      output: memory.view(output),
    },
    attrs as unknown as CachedAttentionAttributes,
  );
  return output;
};
