import { getBackend } from '@tensorflow/tfjs-core';
import type { KvParameters, KvPartScheme, StaticKvGrid } from '@thinkbits/spec';
import type { RotaryTable } from '../rotary-embedding.js';
import { type BackendRows, type KvHalf, keepRows } from './backend-rows.js';
import { ChannelLayout } from './channel-layout.js';
import { checkKvParameters, type KvDimensions } from './check-kv-parameters.js';
import { FloatLayout } from './float-layout.js';
import { FloatStore } from './float-store.js';
import { KeyRotation, requireAngles } from './key-rotation.js';
import { type KvStore, readStore, type SettlingRule } from './kv-store.js';
import type { PackedLayout } from './packed-layout.js';
import { PackedStore } from './packed-store.js';
import { StaticLayout } from './static-layout.js';
import { TokenLayout } from './token-layout.js';

/** Shape of a cache: one set of parameters per decoder layer, none = float. */
export interface KvCacheShape extends KvDimensions {
  readonly layers: number;
  readonly parameters?: readonly KvParameters[];
}

/** What one row keeps of one decoder layer. */
export interface RowCache {
  readonly keys: KvStore;
  readonly values: KvStore;
}

/** Bytes a cached token takes, over all decoder layers. */
export interface KvBytesPerToken {
  /** As float32. */
  readonly float: number;
  /** As held by this cache once out of the float window: codes and their share of scales; static grids are held once. */
  readonly packed: number;
}

/** Whether keys are stored as they are before the rotary embedding; float ones never are. */
export function keepsKeysUnrotated(parameters: KvParameters | undefined): boolean {
  const { key, rope } = parameters?.scheme ?? {};
  return key !== undefined && rope === 'before';
}

/** How one half of a decoder layer is packed, and when; undefined where it stays in float. */
type Half = { readonly layout: PackedLayout; readonly rule: SettlingRule } | undefined;

function halfOf(
  headDim: number,
  window: number,
  part: KvPartScheme | undefined,
  grid: StaticKvGrid | undefined,
): Half {
  if (!part) return undefined;
  // A group of tokens waits for its last one; everything else leaves the window one by one.
  if (part.axis === 'channel' && !grid) {
    const layout = new ChannelLayout(headDim, part, part.group as number);
    return { layout, rule: { keep: 0, block: window } };
  }
  const { float } = part;
  const perToken = (): PackedLayout =>
    float ? new FloatLayout(headDim, { ...part, float }) : new TokenLayout(headDim, part);
  const layout = grid ? new StaticLayout(headDim, part, grid) : perToken();
  return { layout, rule: { keep: window, block: 1 } };
}

/**
 * Keys and values of many rows. A row is a slot that is reset and used again; its decoder layers grow together.
 * What is stored is what the codes say, and nothing is stored twice: in host memory, or in a backend's own.
 * @throws ThinkbitsError `kv/bits`, `kv/group`, `kv/range`, `kv/window`, `kv/static-grid`, `kv/float-format`
 */
export class KvCache {
  readonly shape: KvCacheShape;
  private readonly rows = new Map<number, RowCache[]>();
  /** Made when the first row is, so that an unused cache holds nothing. */
  private halves: { readonly key: Half; readonly value: Half }[] = [];
  private keyRotation: KeyRotation | undefined;
  /** Whose memory the rows lie in, once that is decided. */
  private memory: { readonly rows: BackendRows | undefined } | undefined;

  constructor(shape: KvCacheShape) {
    this.shape = shape;
    for (const parameters of shape.parameters ?? []) checkKvParameters(parameters, shape);
  }

  /** The rows, where the backend that was active at their first use keeps them in its own memory. */
  get backendRows(): BackendRows | undefined {
    this.memory ??= { rows: keepRows(getBackend(), this.shape) };
    return this.memory.rows;
  }

  /** Appends tokens to a row of a decoder layer, `[tokens, kvHeads · headDim]` each; keys as attention stores them. */
  append(slot: number, layer: number, keys: Float32Array, values: Float32Array): void {
    if (this.backendRows) {
      this.backendRows.append(slot, layer, keys, values);
      return;
    }
    const row = this.row(slot, layer);
    const width = this.shape.kvHeads * this.shape.headDim;
    for (let at = 0; at < keys.length; at += width) {
      row.keys.append(keys, at);
      row.values.append(values, at);
    }
  }

  /**
   * What attention sees of a row of a decoder layer, `[kvHeads, tokens, headDim]`.
   * @param table see {@link rotation}
   * @throws ThinkbitsError `kv/no-angles` when the layer needs a table and there is none
   */
  read(slot: number, layer: number, half: KvHalf, table?: RotaryTable): Float32Array {
    if (this.backendRows) return this.backendRows.read(slot, layer, half, table);
    const store = this.row(slot, layer)[half];
    const rotation = half === 'keys' ? this.rotation(layer, table) : undefined;
    const { kvHeads, headDim } = this.shape;
    const size = store.tokens * headDim;
    const out = new Float32Array(kvHeads * size);
    for (let head = 0; head < kvHeads; head++)
      readStore(store, head, headDim, out.subarray(head * size, (head + 1) * size), rotation);
    return out;
  }

  /**
   * A row's stores of a decoder layer on the host; an unknown row starts empty.
   * @throws RangeError where {@link backendRows} are the rows
   */
  row(slot: number, layer: number): RowCache {
    if (this.backendRows) throw new RangeError('the backend keeps the rows of this cache');
    let layers = this.rows.get(slot);
    if (!layers) {
      if (this.halves.length === 0) this.halves = this.makeHalves();
      layers = this.halves.map(({ key, value }) => ({
        keys: this.emptyStore(key),
        values: this.emptyStore(value),
      }));
      this.rows.set(slot, layers);
    }
    return layers[layer] as RowCache;
  }

  /** Whether a decoder layer keeps its keys as they are before the rotary embedding, and rotates them when they are read. */
  rotatesOnRead(layer: number): boolean {
    return keepsKeysUnrotated(this.shape.parameters?.[layer]);
  }

  /**
   * What the keys of a decoder layer go through when they are read; undefined where they are stored rotated.
   * @param table as long as the longest row
   * @throws ThinkbitsError `kv/no-angles` when the layer needs a table and there is none
   */
  rotation(layer: number, table: RotaryTable | undefined): KeyRotation | undefined {
    if (!this.rotatesOnRead(layer)) return undefined;
    const angles = requireAngles(table);
    if (!this.keyRotation?.isOf(angles)) {
      this.keyRotation?.dispose();
      this.keyRotation = new KeyRotation(angles);
    }
    return this.keyRotation;
  }

  /** Forgets a row and gives its memory back. */
  reset(slot: number): void {
    this.memory?.rows?.reset(slot);
    for (const { keys, values } of this.rows.get(slot) ?? []) {
      keys.dispose();
      values.dispose();
    }
    this.rows.delete(slot);
  }

  /** Forgets all rows and gives all memory back. */
  dispose(): void {
    this.memory?.rows?.dispose();
    this.memory = undefined;
    for (const slot of [...this.rows.keys()]) this.reset(slot);
    for (const { key, value } of this.halves) {
      key?.layout.dispose();
      value?.layout.dispose();
    }
    this.halves = [];
    this.keyRotation?.dispose();
    this.keyRotation = undefined;
  }

  get heldBytes(): number {
    let bytes = (this.memory?.rows?.heldBytes ?? 0) + (this.keyRotation?.heldBytes ?? 0);
    for (const { key, value } of this.halves)
      bytes += (key?.layout.heldBytes ?? 0) + (value?.layout.heldBytes ?? 0);
    for (const layers of this.rows.values()) {
      for (const { keys, values } of layers) bytes += keys.heldBytes + values.heldBytes;
    }
    return bytes;
  }

  get bytesPerToken(): KvBytesPerToken {
    const { layers, kvHeads, headDim } = this.shape;
    let packed = 0;
    for (const { key, value } of this.makeHalves()) {
      for (const half of [key, value]) {
        packed += kvHeads * (half?.layout.bytesPerToken ?? 4 * headDim);
        half?.layout.dispose();
      }
    }
    return { float: 2 * layers * kvHeads * headDim * 4, packed };
  }

  private makeHalves(): { key: Half; value: Half }[] {
    const { layers, headDim, parameters } = this.shape;
    return Array.from({ length: layers }, (_, layer) => {
      const { scheme, staticKeys, staticValues } = parameters?.[layer] ?? {};
      const window = scheme?.window ?? 0;
      return {
        key: halfOf(headDim, window, scheme?.key, staticKeys),
        value: halfOf(headDim, window, scheme?.value, staticValues),
      };
    });
  }

  private emptyStore(half: Half): KvStore {
    const { kvHeads, headDim } = this.shape;
    if (!half) return new FloatStore(kvHeads, headDim);
    return new PackedStore(kvHeads, headDim, half.layout, half.rule);
  }
}
