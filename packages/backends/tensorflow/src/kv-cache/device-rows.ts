import {
  add,
  concat,
  keep,
  matMul,
  mul,
  reshape,
  slice,
  softmax,
  type Tensor,
  type Tensor2D,
  tensor,
  tensor2d,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import {
  type BackendRows,
  type CachedAttentionAttributes,
  hiddenScore,
  type KvCacheShape,
  type KvHalf,
  keepsKeysUnrotated,
  type RotaryTable,
  requireAngles,
  type Segment,
} from '@thinkbits/ops';
import type { NodeBackend } from '../raw/binding.js';
import { type Handle, RawTf } from '../raw/raw-tf.js';
import { type AttentionGroup, attentionGroups } from './attention-groups.js';
import type { Halves, SeenTokens } from './halves.js';
import { KeyAngles } from './key-angles.js';
import { layerStore } from './layer-store.js';
import { PageTable } from './page-table.js';
import type { ReadPlaces } from './places.js';

const mostElements = 2 ** 25;

/** Rows of a group, and what their tokens attend to. */
interface GroupPlaces extends AttentionGroup {
  readonly places: ReadPlaces;
  /** `[rows, 1, 1, count, length]`, added to scores; absent where every token sees all that is read. */
  readonly mask: Tensor | undefined;
}

/** What all decoder layers of a step share on the device. */
interface Step {
  readonly segments: readonly Segment[];
  /** The last layer that attended. */
  layer: number;
  /** Where the step's tokens go, int64 `[tokens]`. */
  readonly places: Handle;
  readonly groups: readonly GroupPlaces[];
}

interface Layer {
  readonly store: Halves;
  readonly keysBeforeRope: boolean;
  /** Tokens of each row. */
  readonly tokens: Map<number, number>;
}

/**
 * The rows of a cache in TensorFlow's memory: codes, packed, in variables that are written in place and read page by page
 * (tfjs.md §13.5). A step uploads where its tokens go and what each row holds, once for all layers, and reads nothing.
 */
export class DeviceRows implements BackendRows {
  private readonly raw: RawTf;
  private readonly shape: KvCacheShape;
  private readonly limit: number;
  private readonly layers: readonly Layer[];
  private readonly table = new PageTable();
  private step: Step | undefined;
  private angles: KeyAngles | undefined;

  /**
   * @param shape one that {@link canKeepRows}
   * @param limit elements of a product's keys, values or scores in float32; 128 MiB each where absent
   */
  constructor(node: NodeBackend, shape: KvCacheShape, limit: number = mostElements) {
    this.limit = limit;
    this.raw = new RawTf(node.binding);
    this.shape = shape;
    this.layers = Array.from({ length: shape.layers }, (_, index) => {
      const parameters = shape.parameters?.[index];
      return {
        store: layerStore(node, this.raw, shape, parameters),
        keysBeforeRope: keepsKeysUnrotated(parameters),
        tokens: new Map(),
      };
    });
  }

  get heldBytes(): number {
    const angles = this.angles?.bytes ?? 0;
    return this.layers.reduce((sum, { store }) => sum + store.bytes, angles);
  }

  /**
   * Stores the keys and values of a step and attends, `[tokens, heads · headDim]`; call within a tidy.
   * @param query `[tokens, heads · headDim]`
   * @param key `[tokens, kvHeads · headDim]`, as `value`
   */
  attend(
    query: Tensor2D,
    key: Tensor2D,
    value: Tensor2D,
    { layer: index, segments, heads, table }: CachedAttentionAttributes,
  ): Tensor2D {
    const step = this.stepOf(segments, index, heads);
    const layer = this.layers[index] as Layer;
    layer.store.write(step.places, key, value, this.table.places);
    for (const { slot, start, count } of segments) layer.tokens.set(slot, start + count);
    const outputs = step.groups.map((group) => {
      const seen = this.seen(index, group.places, table);
      return this.attendGroup(query, seen, group, heads);
    });
    return outputs.length === 1 ? (outputs[0] as Tensor2D) : concat(outputs, 0);
  }

  append(slot: number, index: number, keys: Float32Array, values: Float32Array): void {
    const layer = this.layers[index] as Layer;
    const width = this.shape.kvHeads * this.shape.headDim;
    const start = layer.tokens.get(slot) ?? 0;
    const count = keys.length / width;
    this.table.reserve(slot, start + count);
    const places = this.placesOf([{ slot, start, count }]);
    const rows = (values: Float32Array) => tensor2d(values, [count, width]);
    try {
      tidy(() => layer.store.write(places, rows(keys), rows(values), this.table.places));
    } finally {
      this.raw.free(places);
    }
    layer.tokens.set(slot, start + count);
  }

  read(slot: number, index: number, half: KvHalf, table?: RotaryTable): Float32Array {
    const tokens = this.layers[index]?.tokens.get(slot) ?? 0;
    if (tokens === 0) return new Float32Array(0);
    const indices = this.placesOf([{ slot, start: 0, count: tokens }]);
    const places = { indices, rows: 1, tokens };
    try {
      return tidy(() => this.seen(index, places, table)[half].dataSync() as Float32Array);
    } finally {
      this.raw.free(indices);
    }
  }

  reset(slot: number): void {
    this.table.release(slot);
    for (const { tokens } of this.layers) tokens.delete(slot);
  }

  dispose(): void {
    this.endStep();
    this.angles?.dispose();
    for (const { store } of this.layers) store.dispose();
  }

  /** Keys and values as queries meet them. */
  private seen(index: number, places: ReadPlaces, table: RotaryTable | undefined): SeenTokens {
    const { store, keysBeforeRope } = this.layers[index] as Layer;
    const stored = store.read(places);
    if (!keysBeforeRope) return stored;
    const angles = requireAngles(table, places.tokens);
    if (!this.angles?.isOf(angles)) {
      this.angles?.dispose();
      this.angles = new KeyAngles(angles);
    }
    return { ...stored, keys: this.angles.rotate(stored.keys) };
  }

  /** What the layers of a step share; a layer that comes again, or other segments, are a new step. */
  private stepOf(segments: readonly Segment[], layer: number, heads: number): Step {
    if (this.step && this.step.segments === segments && layer > this.step.layer) {
      this.step.layer = layer;
      return this.step;
    }
    this.endStep();
    for (const { slot, start, count } of segments) this.table.reserve(slot, start + count);
    const places = this.placesOf(segments);
    const groups = attentionGroups(segments, { ...this.shape, heads }, this.limit).map((group) => ({
      ...group,
      places: this.readPlaces(group),
      mask: maskOf(group),
    }));
    this.step = { segments, layer, places, groups };
    return this.step;
  }

  private endStep(): void {
    if (!this.step) return;
    const { places, groups } = this.step;
    this.raw.free(places, ...groups.map((group) => group.places.indices));
    for (const { mask } of groups) mask?.dispose();
    this.step = undefined;
  }

  /** Where segments' tokens lie, int64 `[tokens]`. */
  private placesOf(segments: readonly Segment[]): Handle {
    const places = new Int32Array(segments.reduce((sum, { count }) => sum + count, 0));
    let at = 0;
    for (const { slot, start, count } of segments) {
      this.table.write(slot, start, start + count, places, at);
      at += count;
    }
    return this.raw.indices(places);
  }

  private readPlaces({ rows, count, length }: AttentionGroup): ReadPlaces {
    const places = new Int32Array(rows.length * length).fill(PageTable.empty);
    for (const [row, { slot, start }] of rows.entries())
      this.table.write(slot, 0, start + count, places, row * length);
    return { indices: this.raw.indices(places), rows: rows.length, tokens: length };
  }

  /** softmax(QKᵀ / √d)V of a group, `[rows · count, heads · headDim]`. */
  private attendGroup(
    query: Tensor2D,
    { keys, values }: SeenTokens,
    { first, count, rows, length, mask }: GroupPlaces,
    heads: number,
  ): Tensor2D {
    const { kvHeads, headDim } = this.shape;
    const shared = heads / kvHeads; // queries of a key-value head
    const tokens = rows.length * count;
    const own = slice(query, [first, 0], [tokens, heads * headDim]);
    const perRow = reshape(own, [rows.length, count, kvHeads, shared, headDim]);
    const queries = reshape(transpose(perRow, [0, 2, 3, 1, 4]), [
      rows.length,
      kvHeads,
      shared * count,
      headDim,
    ]);
    const scores = mul(matMul(queries, keys, false, true), 1 / Math.sqrt(headDim));
    const apart = reshape(scores, [rows.length, kvHeads, shared, count, length]);
    const weights = softmax(mask ? add(apart, mask) : apart);
    const attended = matMul(reshape(weights, scores.shape), values);
    const perHead = reshape(attended, [rows.length, kvHeads, shared, count, headDim]);
    return reshape(transpose(perHead, [0, 3, 1, 2, 4]), [tokens, heads * headDim]) as Tensor2D;
  }
}

/** What each token of a group may see: itself and what stands before it in its row. */
function maskOf({ rows, count, length }: AttentionGroup): Tensor | undefined {
  if (count === 1 && rows.every(({ start }) => start + 1 === length)) return undefined;
  const values = new Float32Array(rows.length * count * length).fill(hiddenScore);
  for (const [row, { start }] of rows.entries()) {
    for (let t = 0; t < count; t++) {
      const at = (row * count + t) * length;
      values.fill(0, at, at + start + t + 1);
    }
  }
  return keep(tensor(values, [rows.length, 1, 1, count, length]));
}
