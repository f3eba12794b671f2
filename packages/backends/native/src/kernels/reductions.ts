import { util } from '@tensorflow/tfjs-core';
import { areFloats, installBefore, sizeOf } from './install.js';

/** In the order of `Reduction` in native/kernels.h. */
const operations = ['Sum', 'Mean', 'Max', 'Min'] as const;

/** Reductions over the last axes or over the first ones, and softmax. */
export function installReductions(): void {
  operations.forEach((name, op) => {
    installBefore(name, ({ x }, attributes, backend) => {
      if (!x || !areFloats(x)) return undefined;
      const rank = x.shape.length;
      const given = attributes.axis ?? attributes.reductionIndices;
      const axes = util.parseAxisParam(given as number | number[], x.shape).sort((a, b) => a - b);
      const isRun = axes.every((axis, i) => axis === (axes[0] as number) + i);
      const [first, last] = [axes[0], axes.at(-1)];
      if (first === undefined || !isRun || (first !== 0 && last !== rank - 1)) return undefined;
      const alongRows = last === rank - 1;
      const reduced = sizeOf(axes.map((axis) => x.shape[axis] as number));
      if (reduced === 0) return undefined;
      const kept = sizeOf(x.shape) / reduced;
      const shape = attributes.keepDims
        ? x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
        : x.shape.filter((_, axis) => !axes.includes(axis));
      const { tensor, values } = backend.allocate(shape);
      const [rows, width] = alongRows ? [kept, reduced] : [reduced, kept];
      backend.addon.reduce(op, backend.view(x), values, rows, width, alongRows);
      return tensor;
    });
  });
  installBefore('Softmax', ({ logits }, { dim }, backend) => {
    if (!logits || !areFloats(logits)) return undefined;
    const { shape } = logits;
    const width = shape.at(-1) ?? 0;
    if ((dim !== -1 && dim !== shape.length - 1) || width === 0) return undefined;
    const { tensor, values } = backend.allocate(shape);
    backend.addon.softmax(backend.view(logits), values, sizeOf(shape) / width, width);
    return tensor;
  });
}
