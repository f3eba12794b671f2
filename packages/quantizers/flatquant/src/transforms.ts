import {
  concat,
  div,
  matMul,
  mul,
  split,
  type Tensor,
  type Tensor2D,
  transpose,
} from '@tensorflow/tfjs-core';
import { applyKronecker, invert, type RowMap } from '@thinkbits/ops';
import type { LayerShape } from './layer-shape.js';

/** Learned arrays on the backend, by the names of `Parameters`. */
export type Learned = ReadonlyMap<string, Tensor>;

/** A learned matrix; undefined where none is learned. */
export const matrixOf = (learned: Learned, name: string): Tensor2D | undefined =>
  learned.get(name) as Tensor2D | undefined;

/** An invertible map of what linears read: x becomes x · T, and W becomes W · T⁻ᵀ, so that x · Wᵀ stays. */
export interface Transform {
  /** @param x `[tokens, channels]` */
  readonly apply: RowMap;
  /** @param weight `[out, channels]` */
  readonly undo: RowMap;
}

const keep: RowMap = (x) => x;

/** x · M */
const times =
  (matrix: Tensor2D): RowMap =>
  (x) =>
    matMul(x, matrix);

/** x · M⁻ᵀ */
const timesInverseTranspose = (matrix: Tensor2D): RowMap => times(transpose(invert(matrix)));

/** (x · d)(L ⊗ R), undone by (W / d)(L⁻ᵀ ⊗ R⁻ᵀ); the identity where nothing is learned. */
function kronecker(learned: Learned, name: string): Transform {
  const [left, right] = [matrixOf(learned, `${name}.left`), matrixOf(learned, `${name}.right`)];
  if (!left || !right) return { apply: keep, undo: keep };
  const diagonal = learned.get(`${name}.diagonal`);
  const sizes = [left.shape[0], right.shape[0]] as const;
  return {
    apply: (x) => applyKronecker(diagonal ? mul(x, diagonal) : x, sizes, times(left), times(right)),
    undo: (weight) =>
      applyKronecker(
        diagonal ? div(weight, diagonal) : weight,
        sizes,
        timesInverseTranspose(left),
        timesInverseTranspose(right),
      ),
  };
}

/** Maps heads among each other, X' = Oᵀ X; undone together with the values' map, which stands within heads already. */
function acrossHeads(
  mix: Tensor2D | undefined,
  value: Tensor2D | undefined,
  sizes: readonly [heads: number, headDim: number],
): Transform {
  return {
    apply: (x) => applyKronecker(x, sizes, mix && times(mix), undefined),
    undo: (weight) =>
      applyKronecker(
        weight,
        sizes,
        mix && timesInverseTranspose(mix),
        value && timesInverseTranspose(value),
      ),
  };
}

/** Consecutive equal parts of the channels, each with a map of its own (methods.md §1.13). */
function blocks(parts: readonly Transform[]): Transform {
  const each =
    (map: (part: Transform) => RowMap): RowMap =>
    (x) => {
      const slices = split(x, parts.length, 1) as Tensor2D[];
      return concat(
        parts.map((part, i) => map(part)(slices[i] as Tensor2D)),
        1,
      );
    };
  return parts.length === 1
    ? (parts[0] as Transform)
    : { apply: each(({ apply }) => apply), undo: each(({ undo }) => undo) };
}

/** The maps before the four groups of linears. */
export function inputTransforms(shape: LayerShape, learned: Learned): readonly Transform[] {
  const { heads, headDim, ranks } = shape;
  const perRank = (make: (rank: number) => Transform): Transform =>
    blocks(Array.from({ length: ranks }, (_, rank) => make(rank)));
  const value = matrixOf(learned, 'value');
  return [
    kronecker(learned, 'qkv'),
    perRank((rank) => acrossHeads(matrixOf(learned, `o.${rank}`), value, [heads / ranks, headDim])),
    kronecker(learned, 'gate-up'),
    perRank((rank) => kronecker(learned, `down.${rank}`)),
  ];
}

/** y · V within every head of `[rows, heads · headDim]`. */
export function withinHeads(y: Tensor2D, matrix: Tensor2D | undefined, inverse = false): Tensor2D {
  if (!matrix) return y;
  const headDim = matrix.shape[0];
  const map = inverse ? timesInverseTranspose(matrix) : times(matrix);
  return applyKronecker(y, [y.shape[1] / headDim, headDim], undefined, map);
}
