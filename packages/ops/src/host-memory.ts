import type { DataId, TensorInfo } from '@tensorflow/tfjs-core';

/** Direct access to the memory of a backend whose tensors live in the host's address space. */
export interface HostMemory {
  /** The elements of a float32 tensor, without a copy. Valid until the next allocation. */
  view(tensor: TensorInfo): Float32Array;
  /** A new float32 tensor with undefined content. */
  allocate(shape: number[]): TensorInfo;
}

/** What is used of `MathBackendCPU` (public API of tfjs-backend-cpu 4.22). */
interface CpuBackend {
  data: { get(id: DataId): { values: Float32Array } };
  makeTensorInfo(shape: number[], dtype: 'float32', values: Float32Array): TensorInfo;
}

/** What is used of `BackendWasm` (public API of tfjs-backend-wasm 4.22). */
interface WasmBackend {
  typedArrayFromHeap(tensor: TensorInfo): Float32Array;
  makeOutput(shape: number[], dtype: 'float32'): TensorInfo;
}

const size = (shape: readonly number[]): number =>
  shape.reduce((product, length) => product * length, 1);

/** Backends whose tensors a TypeScript kernel can read and write in place. */
export const hostBackends: readonly string[] = ['cpu', 'wasm', 'native'];

/** The memory of one of the {@link hostBackends}; heap growth of wasm invalidates views, so allocate before viewing. */
export function hostMemory(backend: unknown): HostMemory {
  if ('typedArrayFromHeap' in (backend as object)) {
    const wasm = backend as WasmBackend;
    return {
      view: (tensor) => wasm.typedArrayFromHeap(tensor),
      allocate: (shape) => wasm.makeOutput(shape, 'float32'),
    };
  }
  const cpu = backend as CpuBackend;
  return {
    view: (tensor) => cpu.data.get(tensor.dataId).values,
    allocate: (shape) => cpu.makeTensorInfo(shape, 'float32', new Float32Array(size(shape))),
  };
}
