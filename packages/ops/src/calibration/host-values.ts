import { backend, getBackend, type Tensor } from '@tensorflow/tfjs-core';
import { allFinite as plainAllFinite } from '@thinkbits/numerics';
import { hostBackends, hostMemory } from '../host-memory.js';
import { hostAlgebra } from './host-algebra.js';

/**
 * A float32 tensor's values in an array of the caller's own, which the tensor's memory never becomes; the caller keeps the
 * tensor.
 * @param into takes them where it has their length; else an array is made
 */
export async function copyValues(tensor: Tensor, into?: Float32Array): Promise<Float32Array> {
  // read in place where that can be: memory that is handed out is lost to the backend's next tensors
  const values = hostBackends.includes(getBackend())
    ? hostMemory(backend()).view(tensor)
    : ((await tensor.data()) as Float32Array);
  const copy = into?.length === values.length ? into : new Float32Array(values.length);
  copy.set(values);
  return copy;
}

/** Whether no value is NaN or infinite. */
export const allFinite = (values: Float32Array): boolean =>
  hostAlgebra()?.allFinite(values) ?? plainAllFinite(values);
