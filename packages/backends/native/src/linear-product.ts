import { engine } from '@tensorflow/tfjs-core';
import { dequantizeWeight } from '@thinkbits/numerics';
import { type HeldWeights, isQuantized, type LinearPart, type LinearProduct } from '@thinkbits/ops';
import { backendName } from './kernels/install.js';
import type { NativeBackend } from './native-backend.js';

/** Weights in the addon's panels: read as one stream per thread by one row, from the cache by many. */
export interface NativeWeights extends HeldWeights {
  readonly handle: number;
  readonly out: number;
}

/** The kernel `LinearProduct` of the backend `native`. */
export const nativeLinear: LinearProduct<NativeWeights> = {
  hold(parts) {
    const { addon } = engine().findBackend(backendName) as NativeBackend;
    const columns = (parts[0] as LinearPart).columns;
    const out = parts.reduce((sum, { rows }) => sum + rows, 0);
    const handle = addon.createLinear(columns, out);
    let row = 0;
    for (const part of parts) {
      const values = isQuantized(part) ? dequantizeWeight(part) : part.values;
      addon.fillLinear(handle, values, row, part.rows);
      row += part.rows;
    }
    return { handle, out, bytes: 4 * columns * out, dispose: () => addon.disposeLinear(handle) };
  },
  multiply(x, { handle, out }, backend) {
    const own = backend as NativeBackend;
    const [rows] = x.shape as [number, number];
    const { tensor, values } = own.allocate([rows, out]);
    own.addon.applyLinear(handle, own.view(x), values, rows);
    return tensor;
  },
};
