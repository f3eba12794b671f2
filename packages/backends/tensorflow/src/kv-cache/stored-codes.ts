import {
  floor,
  isNaN as isNotANumber,
  mul,
  reshape,
  sub,
  sum,
  type Tensor,
  tensor1d,
  where,
} from '@tensorflow/tfjs-core';
import type { KvBits } from '@thinkbits/spec';
import type { NodeBackend } from '../raw/binding.js';
import { dataType } from '../raw/data-type.js';
import type { Handle, RawTf } from '../raw/raw-tf.js';
import { borrow } from '../raw/tensors.js';
import { unpackSlots } from '../raw/unpack-slots.js';
import { GrowingVariable } from './growing-variable.js';
import { byHead, type HeadShape, type ReadPlaces } from './places.js';

/** The bits of a code that are packed together, lowest first: 3 bits as two of every code, then one of every code. */
const slotsOf: { readonly [Bits in KvBits]: readonly number[] } = {
  2: [2],
  3: [2, 1],
  4: [4],
  8: [8],
};

/** The most slots that share a byte: a head's channels have to be a multiple of it. */
export const mostSlots = 8;

/** Codes, 0 in place of what is no number. */
export const numbersOnly = (codes: Tensor): Tensor => where(isNotANumber(codes), 0, codes);

/** Codes of tokens, several to a byte, in device memory. */
export class StoredCodes {
  private readonly node: NodeBackend;
  private readonly raw: RawTf;
  private readonly shape: HeadShape;
  private readonly parts: readonly { readonly slot: number; readonly rows: GrowingVariable }[];

  constructor(node: NodeBackend, raw: RawTf, bits: KvBits, shape: HeadShape) {
    this.node = node;
    this.raw = raw;
    this.shape = shape;
    this.parts = slotsOf[bits].map((slot) => {
      const width = (shape.kvHeads * shape.headDim * slot) / 8;
      return { slot, rows: new GrowingVariable(raw, dataType.uint8, width) };
    });
  }

  get bytes(): number {
    return this.parts.reduce((total, { rows }) => total + rows.bytes, 0);
  }

  reserve(places: number): void {
    for (const { rows } of this.parts) rows.reserve(places);
  }

  /**
   * Stores codes; call within a tidy. One that is no number takes those in its byte with it: see {@link numbersOnly}.
   * @param codes whole numbers from 0 in float32, `[tokens, kvHeads · headDim]` in any shape
   */
  write(places: Handle, codes: Tensor): void {
    const [tokens] = places.shape as [number];
    let rest = codes;
    for (const [part, { slot, rows }] of this.parts.entries()) {
      if (part === this.parts.length - 1) {
        this.writeSlots(rows, places, rest, tokens, slot);
        return;
      }
      const high = floor(mul(rest, 2 ** -slot));
      this.writeSlots(rows, places, sub(rest, mul(high, 2 ** slot)), tokens, slot);
      rest = high;
    }
  }

  private writeSlots(
    rows: GrowingVariable,
    places: Handle,
    values: Tensor,
    tokens: number,
    slot: number,
  ): void {
    const { node, raw } = this;
    const { kvHeads, headDim } = this.shape;
    const planes = 8 / slot; // a head's channels c, c + headDim / planes, … share a byte
    const apart = reshape(values, [tokens * kvHeads, planes, headDim / planes]);
    const weights = Array.from({ length: planes }, (_, plane) => 2 ** (slot * plane));
    const bytes = sum(mul(apart, reshape(tensor1d(weights), [planes, 1])), 1);
    const joined = reshape(bytes, [tokens, (kvHeads * headDim) / planes]);
    raw.scope(() => rows.write(places, raw.cast(borrow(node, joined), dataType.uint8)));
  }

  /** Codes in float32, `[rows, kvHeads, tokens, headDim]`; the caller's. */
  read(places: ReadPlaces): Handle {
    const { raw, shape } = this;
    return raw.scope(() => {
      let base = 0;
      const numbers = this.parts.map(({ slot, rows }) => {
        const bytes = byHead(raw, rows.read(places.indices), places, shape); // [rows, kvHeads, tokens, …]
        const values = raw.cast(unpackSlots(raw, bytes, slot), dataType.float);
        const scaled = base === 0 ? values : raw.multiply(values, raw.scalar(2 ** base));
        base += slot;
        return scaled;
      });
      return numbers.reduce((low, high) => raw.add(low, high));
    });
  }

  dispose(): void {
    for (const { rows } of this.parts) rows.dispose();
  }
}
