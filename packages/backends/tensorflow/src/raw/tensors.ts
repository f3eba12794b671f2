import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { NodeBackend } from './binding.js';
import { dataType } from './data-type.js';
import type { Handle } from './raw-tf.js';

/** A float32 tensor of tfjs as the binding knows it; still tfjs's. */
export function borrow(node: NodeBackend, tensor: TensorInfo): Handle {
  const [id] = node.getInputTensorIds([tensor]) as [number];
  return { id, shape: tensor.shape, dtype: dataType.float };
}

/** A float32 tensor of the binding, given to tfjs and its open scope. */
export const give = (node: NodeBackend, { shape, ...tensor }: Handle): Tensor =>
  node.createOutputTensor({ ...tensor, shape: [...shape] });
