import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { Handle } from '../raw/raw-tf.js';
import type { ReadPlaces } from './places.js';

/** The keys or the values of a decoder layer, of all rows, in device memory. Call `write` and `read` within a tidy. */
export interface TokenStore {
  /** Bytes on the device. */
  readonly bytes: number;
  /** Makes room for so many places. */
  reserve(places: number): void;
  /**
   * Stores tokens.
   * @param places int64 `[tokens]`
   * @param x `[tokens, kvHeads · headDim]`
   */
  write(places: Handle, x: Tensor2D): void;
  /** What attention sees, `[rows, kvHeads, tokens, headDim]`. */
  read(places: ReadPlaces): Tensor;
  dispose(): void;
}
