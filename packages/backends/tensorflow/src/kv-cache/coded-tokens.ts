import {
  add,
  mul,
  reshape,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { leastWidth, lowestCode } from '@thinkbits/numerics';
import { codesOn, type FakeQuantization, integerGrid } from '@thinkbits/ops';
import type { KvPartScheme } from '@thinkbits/spec';
import type { NodeBackend } from '../raw/binding.js';
import type { Handle, RawTf } from '../raw/raw-tf.js';
import { give } from '../raw/tensors.js';
import { FloatTokens } from './float-tokens.js';
import type { HeadShape, ReadPlaces } from './places.js';
import { numbersOnly, StoredCodes } from './stored-codes.js';
import type { TokenStore } from './token-store.js';

/** What is taken as no range at all: far below any key, and far above what a device may flush to 0. */
const nothing = 2 ** -100;

function quantizationOf({ bits, symmetric, range, clip }: KvPartScheme): FakeQuantization {
  const minMax = range === 'min-max' && !symmetric;
  return {
    bits,
    symmetric,
    range: minMax ? 'min-max' : 'zero-inclusive',
    clip: typeof clip === 'number' ? { low: clip, high: clip } : clip,
    leastWidth: minMax ? leastWidth : nothing,
  };
}

/** Integer codes with a grid per token, head and group of channels, found as the token arrives (methods.md §1.0a). */
export class CodedTokens implements TokenStore {
  private readonly node: NodeBackend;
  private readonly shape: HeadShape;
  private readonly grid: FakeQuantization;
  private readonly group: number;
  private readonly groups: number;
  private readonly codes: StoredCodes;
  private readonly scales: FloatTokens;
  /** Absent where codes are symmetric. */
  private readonly zeros: FloatTokens | undefined;
  private readonly lowest: number;

  constructor(node: NodeBackend, raw: RawTf, shape: HeadShape, scheme: KvPartScheme) {
    const { bits, symmetric } = scheme;
    this.node = node;
    this.shape = shape;
    this.grid = quantizationOf(scheme);
    this.group = scheme.group === 'head' ? shape.headDim : scheme.group;
    this.groups = shape.headDim / this.group;
    this.codes = new StoredCodes(node, raw, bits, shape);
    this.scales = new FloatTokens(node, raw, shape, this.groups);
    this.zeros = symmetric ? undefined : new FloatTokens(node, raw, shape, this.groups);
    this.lowest = lowestCode(bits, symmetric);
  }

  get bytes(): number {
    return this.codes.bytes + this.scales.bytes + (this.zeros?.bytes ?? 0);
  }

  reserve(places: number): void {
    for (const part of [this.codes, this.scales, this.zeros]) part?.reserve(places);
  }

  write(places: Handle, x: Tensor2D): void {
    const { groups, group, lowest } = this;
    const [tokens] = x.shape;
    const grouped = reshape(x, [-1, groups, group]) as Tensor3D;
    const grid = integerGrid(grouped, this.grid);
    const rounded = codesOn(grouped, grid);
    // Bytes hold codes of one head: where that is one group, it reads back as NaN as a whole.
    const codes = groups === 1 ? rounded : numbersOnly(rounded);
    this.codes.write(places, lowest === 0 ? codes : sub(codes, lowest));
    // A group that holds NaN or an infinity reads back as NaN.
    const scale = add(grid.scale, sum(mul(grouped, 0), 2, true));
    const perToken = (values: Tensor) => reshape(values, [tokens, -1]) as Tensor2D;
    this.scales.write(places, perToken(scale));
    if (this.zeros) this.zeros.write(places, perToken(grid.zero as Tensor));
  }

  read(places: ReadPlaces): Tensor {
    const { node, groups, group, lowest } = this;
    const perGroup = (store: FloatTokens) => reshape(store.read(places), [-1, groups, 1]);
    const codes = reshape(give(node, this.codes.read(places)), [-1, groups, group]);
    const shifted = sub(codes, this.zeros ? perGroup(this.zeros) : -lowest);
    const { kvHeads, headDim } = this.shape;
    const values = mul(shifted, perGroup(this.scales));
    return reshape(values, [places.rows, kvHeads, places.tokens, headDim]);
  }

  dispose(): void {
    for (const part of [this.codes, this.scales, this.zeros]) part?.dispose();
  }
}
