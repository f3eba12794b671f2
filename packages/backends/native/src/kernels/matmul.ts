import { broadcast_util as broadcast } from '@tensorflow/tfjs-core';
import { areFloats, installBefore, sizeOf } from './install.js';

/** The product of matrices, batched: `[…, M, K]` × `[…, K, N]`, either of them transposed. */
export function installMatmul(): void {
  installBefore('BatchMatMul', ({ a, b }, { transposeA, transposeB }, backend) => {
    if (!a || !b || !areFloats(a, b)) return undefined;
    const [aRows, aColumns] = a.shape.slice(-2) as [number, number];
    const [bRows, bColumns] = b.shape.slice(-2) as [number, number];
    const [rows, depth] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
    const [bDepth, columns] = transposeB ? [bColumns, bRows] : [bRows, bColumns];
    if (depth !== bDepth) return undefined;
    const aBatch = sizeOf(a.shape.slice(0, -2));
    const bBatch = sizeOf(b.shape.slice(0, -2));
    if (aBatch !== bBatch && aBatch !== 1 && bBatch !== 1) return undefined;
    const outer = broadcast.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const { tensor, values } = backend.allocate([...outer, rows, columns]);
    backend.addon.matmul(
      backend.view(a),
      backend.view(b),
      values,
      sizeOf(outer),
      rows,
      depth,
      columns,
      transposeA === true,
      transposeB === true,
      aBatch === 1 ? 0 : aRows * aColumns,
      bBatch === 1 ? 0 : bRows * bColumns,
    );
    return tensor;
  });
}
