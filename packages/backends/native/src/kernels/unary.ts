import { areFloats, installBefore } from './install.js';

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

/** Operations on each element. */
export function installUnary(): void {
  operations.forEach((name, op) => {
    installBefore(name, ({ x }, _attributes, backend) => {
      if (!x || !areFloats(x)) return undefined;
      const { tensor, values } = backend.allocate(x.shape);
      backend.addon.unary(op, backend.view(x), values);
      return tensor;
    });
  });
}
