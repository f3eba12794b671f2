import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { KvScheme } from './scheme.js';
import type { Stage, StageContext } from './stage.js';
import type { LinearMap } from './transform.js';

/** Static grids of one decoder layer's keys or values, `[kvHeads · headDim]` each; they replace the dynamic ranges. */
export interface StaticKvGrid {
  readonly scales: Float32Array;
  readonly zeros: Float32Array;
  /** Subtracted before quantization and added after it (a key bias). */
  readonly offset?: Float32Array;
}

/** Everything the core needs to store one decoder layer's cache: data, not code. */
export interface KvParameters {
  readonly scheme: KvScheme;
  readonly staticKeys?: StaticKvGrid;
  readonly staticValues?: StaticKvGrid;
  /** Applied to queries and keys after the rotary embedding, per head. */
  readonly rotation?: LinearMap;
}

/** What calibration hands a codec, one decoder layer at a time. */
export interface KvCalibrationSession {
  /** `[tokens, kvHeads · headDim]` keys before the rotary embedding, and values. */
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
  /** Parameters of a decoder layer that need no calibration. */
  parameters?(scheme: KvScheme, block: number): KvParameters;
  /** Present when `needs.calibration` is not `none`. */
  open?(scheme: KvScheme, block: number, context: StageContext): KvCalibrationSession;
}
