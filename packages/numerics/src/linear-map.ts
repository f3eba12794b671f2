import type { LinearMap } from '@thinkbits/spec';
import { createRandom } from './random.js';

/** Channels that a map mixes. */
export function linearMapSize(map: LinearMap): number {
  switch (map.kind) {
    case 'diagonal':
      return map.values.length;
    case 'kronecker':
      return linearMapSize(map.left) * linearMapSize(map.right);
    default:
      return map.size;
  }
}
/** A map as a matrix M that acts on rows, x · M, `[size, size]` row-major. */
export function denseLinearMap(map: LinearMap): Float32Array {
  const n = linearMapSize(map);
  const out = new Float32Array(n * n);
  if (map.kind === 'dense') return map.values;
  if (map.kind === 'diagonal') {
    map.values.forEach((v, i) => {
      out[i * n + i] = v;
    });
    return out;
  }
  if (map.kind === 'hadamard') {
    const random = map.seed === undefined ? undefined : createRandom(map.seed);
    const signs = Array.from({ length: n }, () => (random && random.next() < 0.5 ? -1 : 1));
    const odd = (b: number) => b.toString(2).replaceAll('0', '').length % 2 === 1;
    for (let r = 0; r < n; r++)
      for (let c = 0; c < n; c++)
        out[r * n + c] = ((odd(r & c) ? -1 : 1) * (signs[c] as number)) / Math.sqrt(n);
    return out;
  }
  const [l, r] = [denseLinearMap(map.left), denseLinearMap(map.right)];
  const [p, q] = [linearMapSize(map.left), linearMapSize(map.right)];
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      out[i * n + j] =
        (l[Math.floor(i / q) * p + Math.floor(j / q)] as number) *
        (r[(i % q) * q + (j % q)] as number);
  return out;
}
/** x · M. @param x `[rows, size]` */
export function applyLinearMap(
  map: LinearMap,
  x: Float32Array,
  rows: number,
  size: number,
): Float32Array {
  const m = denseLinearMap(map);
  const y = new Float32Array(rows * size);
  for (let r = 0; r < rows; r++)
    for (let j = 0; j < size; j++) {
      let s = 0;
      for (let i = 0; i < size; i++) s += (x[r * size + i] as number) * (m[i * size + j] as number);
      y[r * size + j] = s;
    }
  return y;
}
/** Mᵀ as a map. */
export function transposeLinearMap(map: LinearMap): LinearMap {
  const n = linearMapSize(map);
  const m = denseLinearMap(map);
  const values = new Float32Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) values[j * n + i] = m[i * n + j] as number;
  return { kind: 'dense', size: n, values };
}
