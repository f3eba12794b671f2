import {
  matMul,
  mul,
  pad,
  reshape,
  sum,
  type Tensor2D,
  type Tensor3D,
  tensor2d,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { dequantizeWeight, groupCount, groupSize, roundToNearest } from '@thinkbits/numerics';
import { throwIfAborted, type WeightScheme } from '@thinkbits/spec';

/** How bounds are searched. */
export interface ClipGrid {
  /** Bounds tried are 1 - i · clipShrink / clipGrid of a group's largest weight. */
  readonly clipGrid: number;
  /** In (0, 1). */
  readonly clipShrink: number;
}

/** What the search of a weight's bounds found, `[rows, groups]` each. */
export interface ClipSearchResult {
  /** m: weights are clamped to ±m. */
  readonly bounds: Float32Array;
  /** The step i of the grid that m comes from. */
  readonly steps: Uint8Array;
  /** The mean over tokens of (x · q - x · w)², products over the group's columns. */
  readonly errors: Float32Array;
}

/** Columns cut into groups of one size, `[groups, n, size]` from `[n, columns]`; a ragged last group gets zeros. */
function cut(x: Tensor2D, size: number): Tensor3D {
  const [n, columns] = x.shape;
  const groups = groupCount(columns, size);
  const whole = pad(x, [
    [0, 0],
    [0, groups * size - columns],
  ]);
  return transpose<Tensor3D>(reshape(whole, [n, groups, size]), [1, 0, 2]);
}

/**
 * Σ xxᵀ of each group's columns, `[groups, size, size]`: the error Σ (x · d)² of a group is d · (Σ xxᵀ) · d, so tokens need
 * to be gone through only once. The caller disposes it.
 * @param inputs `[tokens, columns]`
 */
export function groupProducts(inputs: Tensor2D, size: number): Tensor3D {
  return tidy(() => {
    const x = cut(inputs, size); // [groups, tokens, size]
    return matMul<Tensor3D>(x, x, true, false);
  });
}

/**
 * Searches every row and group for the bound ±m that lets rounding change the group's part of the output least (AWQ's
 * `auto_clip`; methods.md §1.2, step 4); the first of equal ones is kept.
 * @param weight `[rows, columns]`, as it will be rounded
 * @param products of what it reads, see {@link groupProducts}
 * @param tokens that the products sum over
 * @throws ThinkbitsError `run/aborted`; what `roundToNearest` throws
 */
export async function searchClip(
  weight: Float32Array,
  [rows, columns]: readonly [number, number],
  scheme: WeightScheme,
  { products, tokens }: { readonly products: Tensor3D; readonly tokens: number },
  { clipGrid, clipShrink }: ClipGrid,
  signal?: AbortSignal,
): Promise<ClipSearchResult> {
  const size = groupSize(columns, scheme.group);
  const largest = largestOfGroups(weight, rows, columns, size); // [rows, groups]
  const bounds = largest.slice();
  const steps = new Uint8Array(largest.length);
  const errors = new Float32Array(largest.length).fill(Number.POSITIVE_INFINITY);
  for (let step = 0; step < clipGrid; step++) {
    throwIfAborted(signal);
    const ratio = Math.fround(1 - (step * clipShrink) / clipGrid);
    const high = largest.map((value) => value * ratio);
    const clip = { low: high.map((bound) => -bound), high };
    const lost = dequantizeWeight(roundToNearest(weight, rows, columns, scheme, { clip }));
    for (let i = 0; i < lost.length; i++) lost[i] = (lost[i] as number) - (weight[i] as number);
    const found = await errorsOfGroups(lost, [rows, columns], size, products);
    for (const [at, total] of found.entries()) {
      const error = Math.max(total, 0) / tokens;
      if (!(error < (errors[at] as number))) continue;
      errors[at] = error;
      bounds[at] = high[at] as number;
      steps[at] = step;
    }
  }
  return { bounds, steps, errors };
}

/** Σ (x · d)² of every row and group, `[rows, groups]`. @param differences `[rows, columns]` */
async function errorsOfGroups(
  differences: Float32Array,
  shape: [number, number],
  size: number,
  products: Tensor3D,
): Promise<Float32Array> {
  const errors = tidy(() => {
    const d = cut(tensor2d(differences, shape), size); // [groups, rows, size]
    return transpose(sum(mul(matMul(d, products), d), 2)); // [rows, groups]
  });
  const values = (await errors.data()) as Float32Array;
  errors.dispose();
  return values;
}

/** max |w| of every row and group, `[rows, groups]`. */
function largestOfGroups(
  weight: Float32Array,
  rows: number,
  columns: number,
  size: number,
): Float32Array {
  const groups = groupCount(columns, size);
  const largest = new Float32Array(rows * groups);
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) {
      const at = row * groups + Math.floor(column / size);
      largest[at] = Math.max(largest[at] as number, Math.abs(weight[i] as number));
    }
  }
  return largest;
}
