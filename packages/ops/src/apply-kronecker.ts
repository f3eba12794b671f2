import { reshape, type Tensor2D, transpose } from '@tensorflow/tfjs-core';

/** What a square matrix does to rows, x · M. */
export type RowMap = (x: Tensor2D) => Tensor2D;

/**
 * x · (L ⊗ R) for every row, without the product's own matrix: a row as X `[outer, inner]` becomes Lᵀ · X · R (FlatQuant,
 * arXiv 2410.09426, eq. 2).
 * @param x `[rows, outer · inner]`
 * @param left of order `outer`; the identity where absent
 * @param right of order `inner`; the identity where absent
 */
export function applyKronecker(
  x: Tensor2D,
  [outer, inner]: readonly [number, number],
  left: RowMap | undefined,
  right: RowMap | undefined,
): Tensor2D {
  const [rows] = x.shape;
  const byRight = right ? right(reshape(x, [rows * outer, inner])) : x;
  if (!left) return reshape(byRight, x.shape);
  const turned = transpose(reshape(byRight, [rows, outer, inner]), [0, 2, 1]);
  const byLeft = left(reshape(turned, [rows * inner, outer]));
  return reshape(transpose(reshape(byLeft, [rows, inner, outer]), [0, 2, 1]), x.shape);
}
