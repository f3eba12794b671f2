import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { KvLayout, KvScheme } from './scheme.js';
import type { Stage, StageContext } from './stage.js';

/**
 * Static grids of one decoder layer's keys or values, `[kvHeads · headDim]` each, in place of dynamic ranges:
 * x̂ = scale · (code - zero) + offset per channel.
 */
export interface StaticKvGrid {
  readonly scales: Float32Array;
  /** Whole numbers, not clamped to the codes. */
  readonly zeros: Float32Array;
  /** Subtracted before quantization and added after it (a key bias). */
  readonly offset?: Float32Array;
}

/** Everything the core needs to store one decoder layer's cache: data, not code. */
export interface KvParameters {
  readonly scheme: KvScheme;
  readonly staticKeys?: StaticKvGrid;
  readonly staticValues?: StaticKvGrid;
}

/** The decoder layer that a calibration session is for. */
export interface KvCalibrationLayer {
  /** Its index. */
  readonly block: number;
  /**
   * `[kvHeads · headDim]`, what was added to the keys last; absent where k_proj has no bias, or where the keys that are
   * quantized are no longer a sum with it (after a norm, or after the rotary embedding).
   */
  readonly keyBias?: Float32Array;
}

/** What calibration hands a codec, one decoder layer at a time. */
export interface KvCalibrationSession {
  /** Keys and values as the scheme quantizes them, `[tokens, kvHeads · headDim]`: keys before or after the rotary embedding. */
  observe(keys: Tensor2D, values: Tensor2D): void | Promise<void>;
  finish(): Promise<KvParameters>;
  dispose(): void;
}

/**
 * Decides how keys and values are stored. The core owns the packed layout, the encoder and the attention over it;
 * a codec only gives parameters.
 */
export interface KvCodec extends Stage<'kv-codec'> {
  /** The scheme used where the recipe names none. */
  readonly defaultScheme?: KvScheme;
  /** How this codec stores a half whose bits are all that a recipe says; general defaults where absent. */
  readonly layout?: KvLayout;
  /** Parameters of a decoder layer that need no calibration. */
  parameters?(scheme: KvScheme, block: number): KvParameters;
  /** Present when `needs.calibration` is not `none`. */
  open?(scheme: KvScheme, layer: KvCalibrationLayer, context: StageContext): KvCalibrationSession;
}
