import {
  add,
  concat,
  gather,
  mul,
  neg,
  reshape,
  slice,
  type Tensor2D,
  tensor1d,
  tensor2d,
} from '@tensorflow/tfjs-core';
import { type FusedOp, runOp } from './fused-op.js';

/** Cosines and sines of every position, `[positions, headDim / 2]` each, times the attention factor. */
export interface RotaryTable {
  readonly half: number;
  readonly cosines: Float32Array;
  readonly sines: Float32Array;
}

/** Attributes of the kernel `RotaryEmbedding`. */
export interface RotaryAttributes {
  readonly table: RotaryTable;
  /** `[tokens]` */
  readonly positions: Int32Array;
}

/**
 * A table for the given frequencies. Angles are taken in float64.
 * @param inverseFrequencies `[headDim / 2]`
 */
export function rotaryTable(
  inverseFrequencies: Float64Array,
  positions: number,
  attentionFactor: number,
): RotaryTable {
  const half = inverseFrequencies.length;
  const cosines = new Float32Array(positions * half);
  const sines = new Float32Array(positions * half);
  for (let p = 0; p < positions; p++) {
    for (let i = 0; i < half; i++) {
      const angle = p * (inverseFrequencies[i] as number);
      cosines[p * half + i] = Math.cos(angle) * attentionFactor;
      sines[p * half + i] = Math.sin(angle) * attentionFactor;
    }
  }
  return { half, cosines, sines };
}

/** Definition of the rotary embedding. */
export const rotaryEmbeddingOp: FusedOp<{ x: Tensor2D }, RotaryAttributes> = {
  name: 'RotaryEmbedding',
  compose: ({ x }, { table, positions }) => {
    const { half } = table;
    const [tokens, width] = x.shape;
    const heads = width / (2 * half);
    const at = tensor1d(positions, 'int32');
    const rows = (values: Float32Array) =>
      reshape(gather(tensor2d(values, [values.length / half, half]), at), [tokens, 1, half]);
    const cosine = concat([rows(table.cosines), rows(table.cosines)], 2);
    const sine = concat([rows(table.sines), rows(table.sines)], 2);
    const split = reshape(x, [tokens, heads, 2 * half]);
    const first = slice(split, [0, 0, 0], [tokens, heads, half]);
    const second = slice(split, [0, 0, half], [tokens, heads, half]);
    return reshape(add(mul(split, cosine), mul(concat([neg(second), first], 2), sine)), [
      tokens,
      width,
    ]);
  },
};

/**
 * Rotary position embedding (Su et al. 2021), half-split layout of Hugging Face checkpoints.
 * @param x `[tokens, heads · headDim]`
 */
export function rotaryEmbedding(x: Tensor2D, attributes: RotaryAttributes): Tensor2D {
  return runOp(rotaryEmbeddingOp, { x }, attributes) as Tensor2D;
}
