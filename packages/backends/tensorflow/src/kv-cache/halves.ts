import { concat, split, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import type { Handle } from '../raw/raw-tf.js';
import type { ReadPlaces } from './places.js';
import type { TokenStore } from './token-store.js';

/** Keys and values of the same tokens, `[rows, kvHeads, tokens, headDim]` each. */
export interface SeenTokens {
  readonly keys: Tensor;
  readonly values: Tensor;
}

/** Both halves of a decoder layer's cache. Call `write` and `read` within a tidy. */
export interface Halves {
  /** Bytes on the device. */
  readonly bytes: number;
  /**
   * Stores tokens; `capacity` is how many places there are by now.
   * @param places int64 `[tokens]`
   * @param key `[tokens, kvHeads · headDim]`, as `value`
   */
  write(places: Handle, key: Tensor2D, value: Tensor2D, capacity: number): void;
  read(places: ReadPlaces): SeenTokens;
  dispose(): void;
}

/** Halves that are stored in different ways. */
export class SeparateHalves implements Halves {
  private readonly keys: TokenStore;
  private readonly values: TokenStore;

  constructor(keys: TokenStore, values: TokenStore) {
    this.keys = keys;
    this.values = values;
  }

  get bytes(): number {
    return this.keys.bytes + this.values.bytes;
  }

  write(places: Handle, key: Tensor2D, value: Tensor2D, capacity: number): void {
    for (const store of [this.keys, this.values]) store.reserve(capacity);
    this.keys.write(places, key);
    this.values.write(places, value);
  }

  read(places: ReadPlaces): SeenTokens {
    return { keys: this.keys.read(places), values: this.values.read(places) };
  }

  dispose(): void {
    this.keys.dispose();
    this.values.dispose();
  }
}

/** Halves that are stored in one way, as the heads of one store: half the operations, which cost more than what they do. */
export class JoinedHalves implements Halves {
  private readonly store: TokenStore;

  /** @param store of twice the heads */
  constructor(store: TokenStore) {
    this.store = store;
  }

  get bytes(): number {
    return this.store.bytes;
  }

  write(places: Handle, key: Tensor2D, value: Tensor2D, capacity: number): void {
    this.store.reserve(capacity);
    this.store.write(places, concat([key, value], 1));
  }

  read(places: ReadPlaces): SeenTokens {
    const [keys, values] = split(this.store.read(places), 2, 1) as [Tensor, Tensor];
    return { keys, values };
  }

  dispose(): void {
    this.store.dispose();
  }
}
