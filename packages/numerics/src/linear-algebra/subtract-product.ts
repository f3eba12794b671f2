import { type MatrixBlock, type SubtractProduct, spans } from './matrix-block.js';

/** Tiles of b, `[64, 512]` floats, stay in the second-level cache while all rows of a pass by. */
const tileRows = 64;
const tileDepth = 512;

/** Copies a tile of b, rows along the summed index, transposing it where b lies the other way. */
function packTile(
  b: MatrixBlock,
  transposed: boolean,
  [top, bottom]: readonly [number, number],
  [left, right]: readonly [number, number],
  tile: Float32Array,
): void {
  const depth = right - left;
  const { values, start, stride } = b;
  if (transposed) {
    for (let row = top; row < bottom; row++) {
      const from = start + row * stride;
      tile.set(values.subarray(from + left, from + right), (row - top) * depth);
    }
    return;
  }
  for (let p = left; p < right; p++) {
    const from = start + p * stride;
    for (let row = top; row < bottom; row++) {
      tile[(row - top) * depth + p - left] = values[from + row] as number;
    }
  }
}

/** c[i, j] -= a[i, :] · tile[j - left, :] one at a time, for the rows and columns that fours leave over. */
function subtractRest(
  c: MatrixBlock,
  a: MatrixBlock,
  tile: Float32Array,
  [top, bottom]: readonly [number, number],
  [left, right]: readonly [number, number],
  tileStart: number,
  [from, to]: readonly [number, number],
): void {
  const depth = to - from;
  for (let i = top; i < bottom; i++) {
    const row = a.start + i * a.stride + from;
    for (let j = left; j < right; j++) {
      const column = (j - tileStart) * depth;
      let sum = 0;
      for (let p = 0; p < depth; p++) {
        sum += (a.values[row + p] as number) * (tile[column + p] as number);
      }
      const at = c.start + i * c.stride + j;
      c.values[at] = (c.values[at] as number) - sum;
    }
  }
}

/** c[i..i+4, j..j+4] -= a[i..i+4, :] · tile[…, :], sixteen sums in registers, in float64. */
function subtractFours(
  c: MatrixBlock,
  a: MatrixBlock,
  tile: Float32Array,
  rows: number,
  [left, right]: readonly [number, number],
  tileStart: number,
  [from, to]: readonly [number, number],
): void {
  const depth = to - from;
  const x = a.values;
  const y = tile;
  const z = c.values;
  for (let i = 0; i < rows; i += 4) {
    const x0 = a.start + i * a.stride + from;
    const x1 = x0 + a.stride;
    const x2 = x1 + a.stride;
    const x3 = x2 + a.stride;
    for (let j = left; j < right; j += 4) {
      const y0 = (j - tileStart) * depth;
      const y1 = y0 + depth;
      const y2 = y1 + depth;
      const y3 = y2 + depth;
      let s00 = 0;
      let s01 = 0;
      let s02 = 0;
      let s03 = 0;
      let s10 = 0;
      let s11 = 0;
      let s12 = 0;
      let s13 = 0;
      let s20 = 0;
      let s21 = 0;
      let s22 = 0;
      let s23 = 0;
      let s30 = 0;
      let s31 = 0;
      let s32 = 0;
      let s33 = 0;
      for (let p = 0; p < depth; p++) {
        const a0 = x[x0 + p] as number;
        const a1 = x[x1 + p] as number;
        const a2 = x[x2 + p] as number;
        const a3 = x[x3 + p] as number;
        const b0 = y[y0 + p] as number;
        const b1 = y[y1 + p] as number;
        const b2 = y[y2 + p] as number;
        const b3 = y[y3 + p] as number;
        s00 += a0 * b0;
        s01 += a0 * b1;
        s02 += a0 * b2;
        s03 += a0 * b3;
        s10 += a1 * b0;
        s11 += a1 * b1;
        s12 += a1 * b2;
        s13 += a1 * b3;
        s20 += a2 * b0;
        s21 += a2 * b1;
        s22 += a2 * b2;
        s23 += a2 * b3;
        s30 += a3 * b0;
        s31 += a3 * b1;
        s32 += a3 * b2;
        s33 += a3 * b3;
      }
      let at = c.start + i * c.stride + j;
      z[at] = (z[at] as number) - s00;
      z[at + 1] = (z[at + 1] as number) - s01;
      z[at + 2] = (z[at + 2] as number) - s02;
      z[at + 3] = (z[at + 3] as number) - s03;
      at += c.stride;
      z[at] = (z[at] as number) - s10;
      z[at + 1] = (z[at + 1] as number) - s11;
      z[at + 2] = (z[at + 2] as number) - s12;
      z[at + 3] = (z[at + 3] as number) - s13;
      at += c.stride;
      z[at] = (z[at] as number) - s20;
      z[at + 1] = (z[at + 1] as number) - s21;
      z[at + 2] = (z[at + 2] as number) - s22;
      z[at + 3] = (z[at + 3] as number) - s23;
      at += c.stride;
      z[at] = (z[at] as number) - s30;
      z[at + 1] = (z[at + 1] as number) - s31;
      z[at + 2] = (z[at + 2] as number) - s32;
      z[at + 3] = (z[at + 3] as number) - s33;
    }
  }
}

/**
 * c ← c - a · b (or a · bᵀ) in plain loops, about 1.5 · 10⁹ multiplications a second on one core.
 *
 * Sums run in float64 over at most 512 terms at a time and are stored in float32.
 */
export const subtractProduct = (
  c: MatrixBlock,
  a: MatrixBlock,
  b: MatrixBlock,
  transposed: boolean,
): void => {
  const fours = c.rows - (c.rows % 4);
  const tile = new Float32Array(tileRows * Math.min(tileDepth, a.columns));
  for (const depth of spans(0, a.columns, tileDepth)) {
    for (const columns of spans(0, c.columns, tileRows)) {
      packTile(b, transposed, columns, depth, tile);
      const [left, right] = columns;
      const end = right - ((right - left) % 4);
      subtractFours(c, a, tile, fours, [left, end], left, depth);
      subtractRest(c, a, tile, [0, fours], [end, right], left, depth);
      subtractRest(c, a, tile, [fours, c.rows], columns, left, depth);
    }
  }
};
subtractProduct satisfies SubtractProduct;
