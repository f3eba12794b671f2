import {
  getKernel,
  type KernelFunc,
  type NamedAttrMap,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { installKernel } from '@thinkbits/ops';
import type { NativeBackend } from '../native-backend.js';

/** Name of the backend. */
export const backendName = 'native';

/** A kernel over the backend's tensors; undefined where it does not serve these inputs. */
export type NativeKernel = (
  inputs: Record<string, TensorInfo>,
  attributes: NamedAttrMap,
  backend: NativeBackend,
) => TensorInfo | TensorInfo[] | undefined;

/**
 * Puts a kernel before the one that `native` has: that one, tfjs's own for the backend cpu or the TypeScript kernel of an
 * operation of ours, serves what ours does not, other types and rare shapes, with the same result.
 */
export function installBefore(name: string, kernel: NativeKernel): void {
  const general = getKernel(name, backendName)?.kernelFunc;
  const kernelFunc: KernelFunc = (call) => {
    const { inputs, attrs, backend } = call;
    const result = kernel(
      inputs as Record<string, TensorInfo>,
      (attrs ?? {}) as NamedAttrMap,
      backend as NativeBackend,
    );
    if (result) return result;
    if (!general) throw new TypeError(`the backend native has no kernel ${name} for these inputs`);
    return general(call);
  };
  installKernel(name, backendName, kernelFunc);
}

/** Whether all are of float32. */
export const areFloats = (...tensors: readonly TensorInfo[]): boolean =>
  tensors.every(({ dtype }) => dtype === 'float32');

/** Elements of a shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
