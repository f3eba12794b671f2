import {
  engine,
  getBackend,
  getKernel,
  type KernelFunc,
  type NamedTensorMap,
  registerKernel,
  type Tensor,
  tidy,
  unregisterKernel,
} from '@tensorflow/tfjs-core';

/**
 * An operation in its two forms (DESIGN D4): a composition of plain tfjs operations, which is its definition and runs on
 * every backend, and a kernel of the same name that a backend may register to do it in one call.
 */
export interface FusedOp<Inputs extends NamedTensorMap, Attributes extends object> {
  /** Kernel name, for example `RmsNorm`. */
  readonly name: string;
  compose(inputs: Inputs, attributes: Attributes): Tensor;
}

/** Whether the active backend has a kernel for this operation. */
export function hasKernel(name: string): boolean {
  return getKernel(name, getBackend()) !== undefined;
}

/** Runs the active backend's kernel where there is one, else the composition. */
export function runOp<Inputs extends NamedTensorMap, Attributes extends object>(
  op: FusedOp<Inputs, Attributes>,
  inputs: Inputs,
  attributes: Attributes,
): Tensor {
  if (!hasKernel(op.name)) return tidy(() => op.compose(inputs, attributes));
  return engine().runKernel(op.name, inputs, attributes as never) as Tensor;
}

/** Registers a kernel, replacing an earlier registration of the same name. */
export function installKernel(
  kernelName: string,
  backendName: string,
  kernelFunc: KernelFunc,
): void {
  if (getKernel(kernelName, backendName)) unregisterKernel(kernelName, backendName);
  registerKernel({ kernelName, backendName, kernelFunc });
}
