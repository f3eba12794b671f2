import { type KernelFunc, type Tensor2D, type TensorInfo, tidy } from '@tensorflow/tfjs-core';
import { attendOnHost, type CachedAttentionAttributes, cachedAttentionOp } from '@thinkbits/ops';
import type { DeviceRows } from './kv-cache/device-rows.js';
import type { NodeBackend } from './raw/binding.js';

type Inputs = Record<'query' | 'key' | 'value', Tensor2D>;

/** Attention over a cache whose rows lie in host memory. */
type OverHost = (
  inputs: Inputs,
  attributes: CachedAttentionAttributes,
  backend: NodeBackend,
) => TensorInfo;

/** On the device where the cache's rows lie there. */
const attention =
  (overHost: OverHost): KernelFunc =>
  ({ inputs, backend, attrs }) => {
    const { query, key, value } = inputs as unknown as Inputs;
    const attributes = attrs as unknown as CachedAttentionAttributes;
    const rows = attributes.cache.backendRows as DeviceRows | undefined;
    return rows
      ? tidy(() => rows.attend(query, key, value, attributes))
      : overHost({ query, key, value }, attributes, backend as NodeBackend);
  };

/**
 * `CachedAttention` on TensorFlow. Where pages lie packed in host memory, a step's queries, keys and values are read there, and
 * one array goes back: the composition would take some operations for every head, and upload what it unpacks.
 */
export const cachedAttentionKernel: KernelFunc = attention((inputs, attributes, node) => {
  const read = ({ dataId }: TensorInfo) => node.readSync(dataId) as Float32Array;
  const { query, key, value } = inputs;
  const { shape } = query;
  const output = new Float32Array(query.size);
  attendOnHost({ query: read(query), key: read(key), value: read(value), output }, attributes);
  return { dataId: node.write(output, shape, 'float32'), shape, dtype: 'float32' };
});

/** `LongCachedAttention` on TensorFlow: long prompts over pages in host memory are multiplied, as the composition does. */
export const longCachedAttentionKernel: KernelFunc = attention((inputs, attributes) =>
  tidy(() => cachedAttentionOp.compose(inputs, attributes)),
);
