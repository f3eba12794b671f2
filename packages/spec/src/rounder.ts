import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { LinearInfo } from './model-info.js';
import type { LayerReport } from './progress.js';
import type { WeightScheme } from './scheme.js';
import type { Stage, StageContext } from './stage.js';
import type { InvertiblePair } from './transform.js';

/**
 * Codes of a weight and how to read them: ŵ[r, c] = scale[r, g] · level, g the group of column c. The level is code[r, c] -
 * zero[r, g], or, in a float format, the element whose bit pattern the code is. Host data, so that it can be stored, sent
 * and compared on any backend.
 */
export interface QuantizedWeight {
  readonly rows: number;
  readonly columns: number;
  readonly scheme: WeightScheme;
  /** `[rows, columns]`, row-major; signed for symmetric integers, unsigned otherwise. */
  readonly codes: Int8Array | Uint8Array;
  /** `[rows, groups]`, float32: what levels are multiplied with, whatever format a scale is stored in. */
  readonly scales: Float32Array;
  /** Of `e4m3` scales, which are stored as scale · globalScale; absent otherwise. */
  readonly globalScale?: number;
  /** `[rows, groups]`, integers in float32; absent when symmetric. */
  readonly zeros?: Float32Array;
  /** `[columns]`, the group of each column; absent when groups are consecutive. */
  readonly groupIndex?: Int32Array;
}

/** Bounds of the weights of each row and group of consecutive columns, low at most high. */
export interface ClipBounds {
  /** `[rows, groups]` */
  readonly low: Float32Array;
  /** `[rows, groups]` */
  readonly high: Float32Array;
  /**
   * A map of consecutive output channels that was folded into the weight, Mᵀ · W, and that the bounds stand before: they are
   * bounds of W.
   */
  readonly before?: InvertiblePair;
}

/** Values that a transform found and a rounder may use; they change results, so they are not edits. */
export interface RoundingHints {
  /** Weights are clamped to [low, high] before anything else is done to them. */
  readonly clip?: ClipBounds;
}

/** A linear that is to be rounded. */
export interface RoundingTarget {
  readonly linear: LinearInfo;
  readonly scheme: WeightScheme;
  readonly hints?: RoundingHints;
}

/** A rounded linear and how well it went. */
export interface RoundedLinear {
  readonly weight: QuantizedWeight;
  readonly report: Pick<
    LayerReport,
    'relativeWeightError' | 'relativeOutputError' | 'damping' | 'fallback'
  >;
}

/** One object per group of linears that share an input: observe* → finish → dispose. */
export interface RoundingSession {
  /**
   * Sees a batch of what the linears read; the tensors are the caller's, and live until the promise settles.
   * @param input `[tokens, in]`, through the already quantized layers
   * @param floatInput `[tokens, in]`, the same tokens through the float model, where the stage needs it
   */
  observe?(input: Tensor2D, floatInput?: Tensor2D): void | Promise<void>;
  /** Rounds the weights, `[out, in]` each, in the order of the targets. The caller keeps the tensors. */
  finish(weights: readonly Tensor2D[]): Promise<readonly RoundedLinear[]>;
  dispose(): void;
}

/** Turns float weights into codes. One session sees all linears that share an input, so joint objectives are possible. */
export interface Rounder extends Stage<'rounder'> {
  /** The scheme used where the pipeline names none; a conflict with a given one is an error. */
  readonly defaultScheme?: WeightScheme;
  open(targets: readonly RoundingTarget[], context: StageContext): RoundingSession;
}
