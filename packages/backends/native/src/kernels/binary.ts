import { broadcast_util as broadcast, type TensorInfo } from '@tensorflow/tfjs-core';
import { areFloats, installBefore, sizeOf } from './install.js';

/** In the order of `Binary` in native/kernels.h. */
const operations = [
  'Add',
  'Sub',
  'Multiply',
  'RealDiv',
  'Maximum',
  'Minimum',
  'SquaredDifference',
] as const;

/** How an operand lies beside `[outer, inner]`; native/elementwise-calls.cc. */
const operands = { whole: 0, scalar: 1, row: 2, column: 3 } as const;

interface Placing {
  readonly operand: number;
  /** Where a row or column asks for it: the inner elements. */
  readonly inner?: number;
}

/** How a shape is broadcast to another: as it is, as one element, as one row, or as one column. */
function place(shape: readonly number[], out: readonly number[]): Placing | undefined {
  const size = sizeOf(shape);
  if (size === sizeOf(out)) return { operand: operands.whole };
  if (size === 1) return { operand: operands.scalar };
  const padded = [...Array<number>(out.length - shape.length).fill(1), ...shape];
  const firstWide = padded.findIndex((length) => length !== 1);
  if (padded.slice(firstWide).every((length, i) => length === out[firstWide + i]))
    return { operand: operands.row, inner: size };
  let lastWide = padded.length - 1;
  while (padded[lastWide] === 1) lastWide--;
  if (padded.slice(0, lastWide + 1).every((length, i) => length === out[i]))
    return { operand: operands.column, inner: sizeOf(out.slice(lastWide + 1)) };
  return undefined;
}

/** In the order of `Comparison` in native/kernels.h. */
const comparisons = ['Equal', 'NotEqual', 'Less', 'LessEqual', 'Greater', 'GreaterEqual'] as const;

/** How two operands and their result lie: `[outer, inner]`, and each operand beside that. */
interface Pairing {
  readonly shape: number[];
  readonly outer: number;
  readonly inner: number;
  readonly left: number;
  readonly right: number;
}

/** The pairing of two floats; undefined for other types, and for shapes that broadcast along more than one run of axes. */
function pair(a: TensorInfo | undefined, b: TensorInfo | undefined): Pairing | undefined {
  if (!a || !b || !areFloats(a, b)) return undefined;
  const shape = broadcast.assertAndGetBroadcastShape(a.shape, b.shape);
  const size = sizeOf(shape);
  const left = place(a.shape, shape);
  const right = place(b.shape, shape);
  if (!left || !right || size === 0) return undefined;
  if (left.inner !== undefined && right.inner !== undefined && left.inner !== right.inner)
    return undefined;
  const inner = left.inner ?? right.inner ?? size;
  return { shape, outer: size / inner, inner, left: left.operand, right: right.operand };
}

/** Operations on two operands, element by element. */
export function installBinary(): void {
  operations.forEach((name, op) => {
    installBefore(name, ({ a, b }, _attributes, backend) => {
      const pairing = pair(a, b);
      if (!a || !b || !pairing) return undefined;
      const { shape, outer, inner, left, right } = pairing;
      const { tensor, values } = backend.allocate(shape);
      const [x, y] = [backend.view(a), backend.view(b)];
      backend.addon.binary(op, x, y, values, outer, inner, left, right);
      return tensor;
    });
  });
  comparisons.forEach((name, op) => {
    installBefore(name, ({ a, b }, _attributes, backend) => {
      const pairing = pair(a, b);
      if (!a || !b || !pairing) return undefined;
      const { shape, outer, inner, left, right } = pairing;
      const values = new Uint8Array(outer * inner);
      const [x, y] = [backend.view(a), backend.view(b)];
      backend.addon.compare(op, x, y, values, outer, inner, left, right);
      return backend.makeTensorInfo(shape, 'bool', values);
    });
  });
}
