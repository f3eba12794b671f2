import type { KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { ComputeType } from '@thinkbits/spec';

/** A tensor that TensorFlow made. */
export interface BindingTensor {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** An attribute as the binding takes it; `type` is one of its `TF_ATTR_…` numbers. */
export interface BindingAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: boolean | number | string | readonly number[];
}

/** What is used of tfjs-node 4.22's native binding. It looks at ids alone, so that any element type passes (tfjs.md §6). */
export interface Binding {
  readonly TF_Version: string;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_SHAPE: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_STRING: number;
  createTensor(
    shape: number[],
    dtype: number,
    values: Float32Array | Int32Array | Uint8Array,
  ): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array | BigInt64Array;
  executeOp(
    name: string,
    attributes: BindingAttribute[],
    inputs: number[],
    outputs: number,
  ): BindingTensor[];
  /** Tensors that are held, whoever made them. */
  getNumOfTensors(): number;
}

/**
 * What is used of tfjs-node's backend. The two methods are private in its types only, which is why the package is pinned:
 * they are the way between tfjs tensors and ids of the binding.
 */
export interface NodeBackend extends KernelBackend {
  readonly binding: Binding;
  readonly isGPUPackage: boolean;
  readonly isUsingGpuDevice: boolean;
  /** Ours: the arithmetic of a linear's products, told where the backend in use is asked for it. */
  compute?: ComputeType;
  /** Ids of tensors; uploads what is still on the host. */
  getInputTensorIds(tensors: readonly TensorInfo[]): number[];
  /** Makes a tfjs tensor of a float32, int32 or bool tensor of the binding, whose owner it becomes, in the scope that is open. */
  createOutputTensor(tensor: BindingTensor): Tensor;
}
