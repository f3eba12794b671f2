import {
  add,
  keep,
  mul,
  reshape,
  sub,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  tensor1d,
} from '@tensorflow/tfjs-core';
import { highestCode, lowestCode } from '@thinkbits/numerics';
import { codesOn } from '@thinkbits/ops';
import type { KvPartScheme, StaticKvGrid } from '@thinkbits/spec';
import type { NodeBackend } from '../raw/binding.js';
import type { Handle, RawTf } from '../raw/raw-tf.js';
import { give } from '../raw/tensors.js';
import type { HeadShape, ReadPlaces } from './places.js';
import { numbersOnly, StoredCodes } from './stored-codes.js';
import type { TokenStore } from './token-store.js';

/** Integer codes on a grid per channel that calibration found: x̂ = scale · (code - zero) + offset. */
export class TokensOnGrids implements TokenStore {
  private readonly node: NodeBackend;
  private readonly shape: HeadShape;
  private readonly codes: StoredCodes;
  private readonly lowest: number;
  private readonly highest: number;
  /** `[kvHeads, headDim]` each, on the device. */
  private readonly scales: Tensor;
  private readonly zeros: Tensor;
  private readonly offset: Tensor | undefined;

  constructor(
    node: NodeBackend,
    raw: RawTf,
    shape: HeadShape,
    { bits, symmetric }: KvPartScheme,
    { scales, zeros, offset }: StaticKvGrid,
  ) {
    this.node = node;
    this.shape = shape;
    this.codes = new StoredCodes(node, raw, bits, shape);
    this.lowest = lowestCode(bits, symmetric);
    this.highest = highestCode(bits, symmetric);
    const perChannel = (values: Float32Array) =>
      keep(reshape(tensor1d(values), [shape.kvHeads, shape.headDim]));
    this.scales = perChannel(scales);
    this.zeros = perChannel(zeros);
    this.offset = offset && perChannel(offset);
  }

  get bytes(): number {
    const { kvHeads, headDim } = this.shape;
    return this.codes.bytes + (this.offset ? 3 : 2) * 4 * kvHeads * headDim;
  }

  reserve(places: number): void {
    this.codes.reserve(places);
  }

  write(places: Handle, x: Tensor2D): void {
    const { scales: scale, zeros: zero, lowest, highest, offset } = this;
    const { kvHeads, headDim } = this.shape;
    const apart = reshape(x, [-1, kvHeads, headDim]) as Tensor3D;
    const moved = offset ? (sub(apart, offset) as Tensor3D) : apart;
    const codes = numbersOnly(codesOn(moved, { scale, zero, lowest, highest }));
    this.codes.write(places, lowest === 0 ? codes : sub(codes, lowest));
  }

  read(places: ReadPlaces): Tensor {
    const { node, scales, zeros, lowest, offset } = this;
    const { kvHeads, headDim } = this.shape;
    const perHead = (values: Tensor) => reshape(values, [kvHeads, 1, headDim]);
    const codes = give(node, this.codes.read(places)); // [rows, kvHeads, tokens, headDim]
    const whole = lowest === 0 ? codes : add(codes, lowest);
    const values = mul(sub(whole, perHead(zeros)), perHead(scales));
    return offset ? add(values, perHead(offset)) : values;
  }

  dispose(): void {
    this.codes.dispose();
    for (const grid of [this.scales, this.zeros, this.offset]) grid?.dispose();
  }
}
