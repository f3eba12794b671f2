import { backend, getBackend, type Tensor } from '@tensorflow/tfjs-core';
import { allFinite } from '@thinkbits/numerics';
import { hostBackends, hostMemory } from '../host-memory.js';
import { hostAlgebra } from './host-algebra.js';

/** A tensor's values in an array of the caller's own. */
export interface CopiedValues {
  readonly values: Float32Array;
  /** Whether none of them is NaN or infinite. */
  readonly finite: boolean;
}

/**
 * A float32 tensor's values in an array of the caller's own, which the tensor's memory never becomes, looked at on the way; the
 * caller keeps the tensor.
 * @param into takes them where it has their length; else an array is made
 */
export async function copyValues(tensor: Tensor, into?: Float32Array): Promise<CopiedValues> {
  // read in place where that can be: memory that is handed out is lost to the backend's next tensors
  const from = hostBackends.includes(getBackend())
    ? hostMemory(backend()).view(tensor)
    : ((await tensor.data()) as Float32Array);
  const algebra = hostAlgebra();
  const make = (): Float32Array =>
    algebra ? algebra.allocate(from.length) : new Float32Array(from.length);
  const values = into?.length === from.length ? into : make();
  if (algebra) return { values, finite: algebra.copyFinite(from, values) };
  values.set(from);
  return { values, finite: allFinite(values) };
}
