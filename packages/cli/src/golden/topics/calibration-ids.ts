import { createHash } from 'node:crypto';
import type { GoldenTensor } from '../tensor.js';

/** Rows of ids, `[rows, tokens]`, as calibration text. */
export function calibrationOf({ shape, values }: GoldenTensor) {
  const [rows, length] = shape as [number, number];
  const ids = Int32Array.from(values);
  const windows = Array.from({ length: rows }, (_, i) => ids.slice(i * length, (i + 1) * length));
  const hash = createHash('sha256').update(new Uint8Array(ids.buffer)).digest('hex');
  return { windows, hash, tokens: ids.length };
}
