import { matMul, type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import { dequantizeWeight, packedWeightBytes } from '@thinkbits/numerics';
import type { QuantizedWeight } from '@thinkbits/spec';
import { type FusedOp, hasKernel, runOp } from './fused-op.js';

/** A float weight on the host, `[rows, columns]` = `[out, in]`. */
export interface FloatWeight {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/** What a weight takes, in bytes. */
export interface WeightBytes {
  /** As held by this backend. */
  readonly held: number;
  /** As packed codes, scales and zeros (float parts as float32). */
  readonly packed: number;
  /** As float32. */
  readonly float: number;
}

/** Codes that share an input, for a kernel that multiplies them without expanding. */
export interface QuantizedMatMulAttributes {
  readonly weights: readonly QuantizedWeight[];
}

/**
 * Definition of the product with quantized weights: x Ŵᵀ, the outputs of all weights side by side. `expanded` is their
 * dequantized form `[in, Σ out]`, made once where there is no kernel.
 */
export const quantizedMatMulOp: FusedOp<
  { x: Tensor2D; expanded: Tensor2D },
  QuantizedMatMulAttributes
> = {
  name: 'QuantizedMatMul',
  compose: ({ x, expanded }) => matMul(x, expanded),
};

const isQuantized = (part: FloatWeight | QuantizedWeight): part is QuantizedWeight =>
  'codes' in part;

/** Bytes of a weight as it is packed, the group of each column included where groups are not consecutive. */
export function packedBytes({ rows, columns, scheme, groupIndex }: QuantizedWeight): number {
  return packedWeightBytes(rows, columns, scheme) + 4 * (groupIndex?.length ?? 0);
}

/** Writes `[rows, columns]` transposed into columns `[at, at + rows)` of `[columns, width]`, block by block for the cache. */
function transposeInto(
  values: Float32Array,
  rows: number,
  columns: number,
  out: Float32Array,
  width: number,
  at: number,
): void {
  const block = 32;
  for (let r0 = 0; r0 < rows; r0 += block) {
    const r1 = Math.min(rows, r0 + block);
    for (let c0 = 0; c0 < columns; c0 += block) {
      const c1 = Math.min(columns, c0 + block);
      for (let r = r0; r < r1; r++) {
        for (let c = c0; c < c1; c++) out[c * width + at + r] = values[r * columns + c] as number;
      }
    }
  }
}

/**
 * The weights of linears that read the same input, ready to multiply.
 *
 * Quantized parts stay packed where the backend has the kernel `QuantizedMatMul`; elsewhere codes are expanded once and
 * floats are held (DESIGN D5), with the same result.
 */
export class LinearWeight {
  /** Outputs of all parts together. */
  readonly out: number;
  readonly in: number;
  readonly bytes: WeightBytes;
  private readonly expanded: Tensor2D;
  private readonly quantized: readonly QuantizedWeight[] | undefined;

  /** @param parts in the order of their outputs; all have the same number of columns */
  constructor(parts: readonly (FloatWeight | QuantizedWeight)[]) {
    this.in = (parts[0] as FloatWeight).columns;
    this.out = parts.reduce((sum, { rows }) => sum + rows, 0);
    const keepPacked = parts.every(isQuantized) && hasKernel(quantizedMatMulOp.name);
    this.quantized = keepPacked ? (parts as readonly QuantizedWeight[]) : undefined;
    const values = new Float32Array(keepPacked ? 0 : this.in * this.out);
    if (!keepPacked) {
      let at = 0;
      for (const part of parts) {
        const dense = isQuantized(part) ? dequantizeWeight(part) : part.values;
        transposeInto(dense, part.rows, part.columns, values, this.out, at);
        at += part.rows;
      }
    }
    this.expanded = tensor2d(values, keepPacked ? [0, 0] : [this.in, this.out]);
    const float = 4 * this.in * this.out;
    const packed = parts.reduce(
      (sum, part) => sum + (isQuantized(part) ? packedBytes(part) : 4 * part.rows * part.columns),
      0,
    );
    this.bytes = { held: keepPacked ? packed : float, packed, float };
  }

  /** x `[tokens, in]` → `[tokens, out]`. */
  apply(x: Tensor2D): Tensor2D {
    if (!this.quantized) return matMul(x, this.expanded);
    return runOp(
      quantizedMatMulOp,
      { x, expanded: this.expanded },
      { weights: this.quantized },
    ) as Tensor2D;
  }

  dispose(): void {
    this.expanded.dispose();
  }
}
