import { matMul, type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { dequantizeWeight, packedWeightBytes } from '@thinkbits/numerics';
import type { ActivationScheme, QuantizedWeight } from '@thinkbits/spec';
import { isQuantized, type LinearPart } from './linear-part.js';
import { type HeldWeights, holdWeights, multiplyHeld } from './linear-product.js';
import { quantizeActivations } from './quantize-activations.js';

/** What a weight takes, in bytes. */
export interface WeightBytes {
  /** As held by this backend. */
  readonly held: number;
  /** As packed codes, scales and zeros (float parts as float32). */
  readonly packed: number;
  /** As float32. */
  readonly float: number;
}

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

/** Dequantized parts side by side, `[in, Σ out]`: the form that a plain product takes. */
function expand(parts: readonly LinearPart[], columns: number, out: number): Tensor2D {
  const values = new Float32Array(columns * out);
  let at = 0;
  for (const part of parts) {
    const dense = isQuantized(part) ? dequantizeWeight(part) : part.values;
    transposeInto(dense, part.rows, columns, values, out, at);
    at += part.rows;
  }
  return tensor2d(values, [columns, out]);
}

/**
 * The weights of linears that read the same input, ready to multiply.
 *
 * They are held as the backend's `LinearProduct` wants them, where it has one that takes them; elsewhere codes are expanded
 * once and floats are held (DESIGN D5), with the same result.
 */
export class LinearWeight {
  /** Outputs of all parts together. */
  readonly out: number;
  readonly in: number;
  readonly bytes: WeightBytes;
  /** As the backend holds it; undefined where it is a tensor. */
  readonly held: HeldWeights | undefined;
  private readonly expanded: Tensor2D | undefined;

  /**
   * @param parts in the order of their outputs; all have the same number of columns
   * @param options.manyRows whether hundreds of rows at a time are what it is applied to: a backend may then hold floats in place
   * of codes, which takes more memory, and rounds sums in another order. Default false
   */
  constructor(parts: readonly LinearPart[], { manyRows = false }: { manyRows?: boolean } = {}) {
    this.in = (parts[0] as LinearPart).columns;
    this.out = parts.reduce((sum, { rows }) => sum + rows, 0);
    this.held = holdWeights(parts, manyRows);
    if (!this.held) this.expanded = expand(parts, this.in, this.out);
    const float = 4 * this.in * this.out;
    const packed = parts.reduce(
      (sum, part) => sum + (isQuantized(part) ? packedBytes(part) : 4 * part.rows * part.columns),
      0,
    );
    this.bytes = { held: this.held?.bytes ?? float, packed, float };
  }

  /** x `[tokens, in]` → `[tokens, out]`. */
  apply(x: Tensor2D): Tensor2D {
    return this.held ? multiplyHeld(x, this.held) : matMul(x, this.expanded as Tensor2D);
  }

  /**
   * {@link apply} of activations that are rounded first, by definition {@link quantizeActivations} and then the product; in
   * integers where the backend does that for these weights and this rounding.
   * @param x `[tokens, in]` → `[tokens, out]`
   * @param group consecutive channels of x that share a scale; divides them
   */
  applyRounded(x: Tensor2D, scheme: ActivationScheme, group: number): Tensor2D {
    const rounding = { scheme, group };
    return this.held?.rounds?.(rounding)
      ? multiplyHeld(x, this.held, rounding)
      : tidy(() => this.apply(quantizeActivations(x, scheme, group)));
  }

  dispose(): void {
    this.held?.dispose();
    this.expanded?.dispose();
  }
}
