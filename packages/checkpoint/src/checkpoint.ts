import type { JsonObject, QuantizedWeight } from '@thinkbits/spec';
import type { ThinkbitsManifest } from './manifest/thinkbits-manifest.js';
import type { ModelFiles } from './model-files.js';
import type { TensorEntry } from './safetensors/tensor-entry.js';

/** A tensor converted to float32. */
export interface FloatTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Consecutive rows (indices of the first dimension) of a tensor. */
export interface RowRange {
  readonly start: number;
  readonly count: number;
}

/** A model as it lies in its files: names and byte ranges; weights are read when asked for. */
export interface Checkpoint {
  /** Shown in messages, for example the folder. */
  readonly label: string;
  readonly source: ModelFiles;
  /** config.json. */
  readonly config: JsonObject;
  /** Every tensor of every shard by name, in alphabetical order. */
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  /** What a checkpoint quantized by Thinkbits says of itself (thinkbits.json). */
  readonly thinkbits?: ThinkbitsManifest;
  /**
   * Reads a F32, F16 or BF16 tensor as float32; exact for all three.
   * @param rows only these rows are read; all where absent
   * @throws ThinkbitsError `checkpoint/unknown-tensor`, `checkpoint/not-float`, `checkpoint/bad-rows`
   */
  readFloat(name: string, rows?: RowRange): Promise<FloatTensor>;
  /**
   * Reads a tensor's bytes as they lie in the file, little-endian.
   * @param rows only these rows are read; all where absent
   * @throws ThinkbitsError `checkpoint/unknown-tensor`, `checkpoint/bad-rows`
   */
  readBytes(name: string, rows?: RowRange): Promise<Uint8Array>;
  /**
   * Reads the integer codes of a linear; undefined when the linear is kept in float.
   * @param linear full name without `.weight`
   * @throws ThinkbitsError `checkpoint/unknown-tensor`, `checkpoint/bad-packed`
   */
  readQuantized(linear: string): Promise<QuantizedWeight | undefined>;
  /** A JSON file beside the weights; undefined when it is not there. */
  json(file: string): Promise<JsonObject | undefined>;
  /** A text file beside the weights; undefined when it is not there. */
  text(file: string): Promise<string | undefined>;
  /** SHA-256 of what the model computes with; see `hashCheckpoint`. Streamed, and computed once. */
  hash(): Promise<string>;
  /** Gives back file handles. */
  close(): Promise<void>;
}
