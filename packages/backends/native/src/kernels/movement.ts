import {
  backend_util as backendUtil,
  slice_util as sliceUtil,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import type { NativeBackend } from '../native-backend.js';
import { areFloats, installBefore, sizeOf } from './install.js';

/** A part of x that is cut along its first axis and one other; undefined where more axes are cut. */
function cut(
  x: TensorInfo,
  begin: readonly number[],
  size: readonly number[],
  backend: NativeBackend,
): TensorInfo | undefined {
  const { shape } = x;
  const cuts = shape.flatMap((length, axis) => (size[axis] === length ? [] : [axis]));
  const axis = cuts.at(-1) ?? 0;
  if (shape.length === 0 || cuts.some((other) => other !== axis && other !== 0)) return undefined;
  const { tensor, values } = backend.allocate([...size]);
  const inner = sizeOf(shape.slice(axis + 1));
  const stride = (shape[axis] as number) * inner;
  const first = axis === 0 ? 0 : (begin[0] as number) * sizeOf(shape.slice(1));
  backend.addon.copyRows(
    backend.view(x),
    first + (begin[axis] as number) * inner,
    stride,
    values,
    0,
    (size[axis] as number) * inner,
    sizeOf(size.slice(0, axis)),
    (size[axis] as number) * inner,
  );
  return tensor;
}

/** Axes that stay in front, and what is swapped behind them, where a permutation is one swap of neighbours. */
function swapOf(permutation: readonly number[]): { front: number; left: number } | undefined {
  let front = 0;
  while (permutation[front] === front) front++;
  const moved = permutation.slice(front);
  const left = (moved[0] ?? front) - front; // axes of the block that moves back
  const isSwap = moved.every((axis, i) => axis === front + ((i + left) % moved.length));
  return isSwap ? { front, left } : undefined;
}

/** [batch, rows, columns] with rows and columns swapped, every element a block of `width` floats. */
function swapBlocks(
  x: Float32Array,
  out: Float32Array,
  [batch, rows, columns, width]: readonly [number, number, number, number],
  backend: NativeBackend,
): void {
  const size = rows * columns * width;
  for (let start = 0; start < batch * size; start += size) {
    for (let row = 0; row < rows; row++) {
      const from = start + row * columns * width;
      backend.addon.copyRows(
        x,
        from,
        width,
        out,
        start + row * width,
        rows * width,
        columns,
        width,
      );
    }
  }
}

/** Slicing, splitting, joining, transposing and gathering. */
export function installMovement(): void {
  installBefore('Slice', ({ x }, attributes, backend) => {
    if (!x || !areFloats(x)) return undefined;
    const { begin, size } = attributes as { begin: number[]; size: number[] };
    const [starts, sizes] = sliceUtil.parseSliceParams({ shape: x.shape } as never, begin, size);
    return cut(x, starts as number[], sizes as number[], backend);
  });
  installBefore('SplitV', ({ x }, attributes, backend) => {
    if (!x || !areFloats(x)) return undefined;
    const axis = util.parseAxisParam(attributes.axis as number, x.shape)[0] as number;
    const sizes = backendUtil.prepareSplitSize(
      { shape: x.shape } as never,
      attributes.numOrSizeSplits as number | number[],
      axis,
    );
    const begin = x.shape.map(() => 0);
    const parts: TensorInfo[] = [];
    for (const length of sizes) {
      const size = [...x.shape];
      size[axis] = length;
      parts.push(cut(x, begin, size, backend) as TensorInfo);
      begin[axis] = (begin[axis] as number) + length;
    }
    return parts;
  });
  installBefore('PadV2', ({ x }, attributes, backend) => {
    if (!x || !areFloats(x) || x.shape.length !== 2) return undefined;
    const { paddings, constantValue } = attributes as unknown as {
      paddings: [number, number][];
      constantValue: number;
    };
    const [[top, bottom], [left, right]] = paddings as [[number, number], [number, number]];
    const [rows, columns] = x.shape as [number, number];
    const width = left + columns + right;
    const { tensor, values } = backend.allocate([top + rows + bottom, width]);
    values.fill(constantValue);
    backend.addon.copyRows(
      backend.view(x),
      0,
      columns,
      values,
      top * width + left,
      width,
      rows,
      columns,
    );
    return tensor;
  });
  installBefore('Concat', (inputs, attributes, backend) => {
    const parts = Object.values(inputs).filter(({ shape }) => sizeOf(shape) > 0);
    const [first] = parts;
    if (!first || !areFloats(...parts)) return undefined;
    const axis = util.parseAxisParam(attributes.axis as number, first.shape)[0] as number;
    const shapes = parts.map(({ shape }) => shape);
    const shape = backendUtil.computeOutShape(shapes, axis);
    backendUtil.assertParamsConsistent(shapes, axis);
    const { tensor, values } = backend.allocate(shape);
    const outer = sizeOf(shape.slice(0, axis));
    const stride = sizeOf(shape.slice(axis));
    let at = 0;
    for (const part of parts) {
      const width = sizeOf(part.shape.slice(axis));
      backend.addon.copyRows(backend.view(part), 0, width, values, at, stride, outer, width);
      at += width;
    }
    return tensor;
  });
  installBefore('Transpose', ({ x }, attributes, backend) => {
    if (!x || !areFloats(x) || sizeOf(x.shape) === 0) return undefined;
    const { shape } = x;
    const permutation = attributes.perm as number[];
    let kept = permutation.length;
    while (kept > 0 && permutation[kept - 1] === kept - 1) kept--;
    const swap = swapOf(permutation.slice(0, kept));
    if (kept === 0 || !swap) return undefined;
    const { front, left } = swap;
    const { tensor, values } = backend.allocate(permutation.map((axis) => shape[axis] as number));
    const batch = sizeOf(shape.slice(0, front));
    const rows = sizeOf(shape.slice(front, front + left));
    const columns = sizeOf(shape.slice(front + left, kept));
    const width = sizeOf(shape.slice(kept));
    if (width === 1) backend.addon.transpose(backend.view(x), values, batch, rows, columns);
    else swapBlocks(backend.view(x), values, [batch, rows, columns, width], backend);
    return tensor;
  });
  installBefore('GatherV2', ({ x, indices }, { axis, batchDims }, backend) => {
    if (!x || !indices || !areFloats(x) || indices.dtype !== 'int32' || batchDims) return undefined;
    const [rows, ...rest] = x.shape;
    if (axis !== 0 || !rows) return undefined;
    const at = backend.data.get(indices.dataId).values as Int32Array;
    if (at.some((index) => index < 0 || index >= rows)) return undefined;
    const { tensor, values } = backend.allocate([...indices.shape, ...rest]);
    backend.addon.gatherRows(backend.view(x), at, values, sizeOf(rest));
    return tensor;
  });
}
