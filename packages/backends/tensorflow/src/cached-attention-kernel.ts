import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { attendOnHost, type CachedAttentionAttributes } from '@thinkbits/ops';
import type { NodeBackend } from './raw/binding.js';

/**
 * `CachedAttention` on TensorFlow: pages lie packed in host memory, so a step's queries, keys and values are read there, and
 * one array goes back; the composition would take some operations for every head, and upload what it unpacks.
 */
export const cachedAttentionKernel: KernelFunc = ({ inputs, backend, attrs }) => {
  const { query, key, value } = inputs as Record<'query' | 'key' | 'value', TensorInfo>;
  const node = backend as NodeBackend;
  const read = ({ dataId }: TensorInfo) => node.readSync(dataId) as Float32Array;
  const { shape } = query;
  const output = new Float32Array(shape.reduce((product, length) => product * length, 1));
  attendOnHost(
    { query: read(query), key: read(key), value: read(value), output },
    attrs as unknown as CachedAttentionAttributes,
  );
  return { dataId: node.write(output, shape, 'float32'), shape, dtype: 'float32' };
};
