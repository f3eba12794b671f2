import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { NodeBackend } from '../raw/binding.js';
import { dataType } from '../raw/data-type.js';
import type { Handle, RawTf } from '../raw/raw-tf.js';
import { borrow, give } from '../raw/tensors.js';
import { GrowingVariable } from './growing-variable.js';
import { byHead, type HeadShape, type ReadPlaces } from './places.js';
import type { TokenStore } from './token-store.js';

/** Floats of every token and head: keys, values, or the scales of their codes. */
export class FloatTokens implements TokenStore {
  private readonly node: NodeBackend;
  private readonly raw: RawTf;
  private readonly shape: HeadShape;
  private readonly rows: GrowingVariable;

  /** @param width floats of a head; `headDim` where they are the keys or values themselves */
  constructor(node: NodeBackend, raw: RawTf, shape: HeadShape, width: number = shape.headDim) {
    this.node = node;
    this.raw = raw;
    this.shape = shape;
    this.rows = new GrowingVariable(raw, dataType.float, shape.kvHeads * width);
  }

  get bytes(): number {
    return this.rows.bytes;
  }

  reserve(places: number): void {
    this.rows.reserve(places);
  }

  write(places: Handle, x: Tensor2D): void {
    this.rows.write(places, borrow(this.node, x));
  }

  read(places: ReadPlaces): Tensor {
    const { node, raw, rows, shape } = this;
    return give(
      node,
      raw.scope(() => byHead(raw, rows.read(places.indices), places, shape)),
    );
  }

  dispose(): void {
    this.rows.dispose();
  }
}
