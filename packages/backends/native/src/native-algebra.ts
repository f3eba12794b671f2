import { backend } from '@tensorflow/tfjs-core';
import type { HostAlgebra } from '@thinkbits/ops';
import type { Addon } from './addon.js';
import { nativeBlockKernels } from './block-kernels.js';
import type { NativeBackend } from './native-backend.js';

/** Linear algebra on host matrices by the addon. */
export function nativeAlgebra(addon: Addon): HostAlgebra {
  return {
    addGram(x, sum) {
      const [tokens, size] = x.shape;
      addon.addGram((backend() as NativeBackend).view(x), sum, tokens, size);
    },
    subtractProduct(c, a, b, transposed) {
      addon.subtractProduct(
        c.values,
        c.start,
        c.stride,
        a.values,
        a.start,
        a.stride,
        b.values,
        b.start,
        b.stride,
        c.rows,
        a.columns,
        c.columns,
        transposed,
      );
    },
    factorPanel: (matrix, size, left, right) => addon.factorPanel(matrix, size, left, right),
    solveRows(matrix, size, [top, bottom], x, width) {
      addon.solveRows(matrix, size, top, bottom, x, width);
    },
    blockKernels: nativeBlockKernels(addon),
    quadraticTrace: (matrix, rows, symmetric, size) =>
      addon.quadraticTrace(matrix, symmetric, rows, size),
    mirrorScaled: (matrix, size, factor) => addon.mirrorScaled(matrix, size, factor),
    reorderSquare(matrix, order, out) {
      addon.preferLargePages(out);
      addon.reorderSquare(matrix, order, out);
    },
    allocate(length) {
      const memory = new Float32Array(length);
      addon.preferLargePages(memory);
      return memory;
    },
    copyFinite: (from, to) => addon.copyFinite(from, to),
  };
}
