import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { NativeBackend } from '../native-backend.js';
import { areFloats, installBefore, sizeOf } from './install.js';

/** In the order of `Unary` in native/kernels.h. */
const operations = [
  'Neg',
  'Abs',
  'Square',
  'Sqrt',
  'Rsqrt',
  'Exp',
  'Sigmoid',
  'Reciprocal',
  'Relu',
  'Round',
  'Floor',
  'Ceil',
  'Sign',
] as const;

/** The bytes of a tensor of truth values. */
function bytesOf(tensor: TensorInfo, backend: NativeBackend): Uint8Array | undefined {
  const { values } = backend.data.get(tensor.dataId);
  return values instanceof Uint8Array ? values : undefined;
}

/** Operations on each element. */
export function installUnary(): void {
  installBefore('ClipByValue', ({ x }, { clipValueMin, clipValueMax }, backend) => {
    if (!x || !areFloats(x)) return undefined;
    const { tensor, values } = backend.allocate(x.shape);
    backend.addon.clip(backend.view(x), values, clipValueMin as number, clipValueMax as number);
    return tensor;
  });
  installBefore('Cast', ({ x }, { dtype }, backend) => {
    if (x?.dtype !== 'bool' || dtype !== 'float32') return undefined;
    const bytes = bytesOf(x, backend);
    if (!bytes) return undefined;
    const { tensor, values } = backend.allocate(x.shape);
    backend.addon.widen(bytes, values);
    return tensor;
  });
  installBefore('Select', ({ condition, t, e }, _attributes, backend) => {
    if (condition?.dtype !== 'bool' || !t || !e || !areFloats(t, e)) return undefined;
    const bytes = bytesOf(condition, backend);
    const size = sizeOf(t.shape);
    if (!bytes || bytes.length !== size || sizeOf(e.shape) !== size) return undefined;
    const { tensor, values } = backend.allocate(t.shape);
    backend.addon.select(bytes, backend.view(t), backend.view(e), values);
    return tensor;
  });
  operations.forEach((name, op) => {
    installBefore(name, ({ x }, _attributes, backend) => {
      if (!x || !areFloats(x)) return undefined;
      const { tensor, values } = backend.allocate(x.shape);
      backend.addon.unary(op, backend.view(x), values);
      return tensor;
    });
  });
}
