import type { KvParameters, KvPartScheme, StaticKvGrid } from '@thinkbits/spec';
import { ThinkbitsError } from '@thinkbits/spec';
import type { RotaryTable } from '../rotary-embedding.js';
import { ChannelLayout } from './channel-layout.js';
import { checkKvParameters, type KvDimensions } from './check-kv-parameters.js';
import { FloatLayout } from './float-layout.js';
import { FloatStore } from './float-store.js';
import { KeyRotation } from './key-rotation.js';
import type { KvStore } from './kv-store.js';
import type { PackedLayout } from './packed-layout.js';
import { PackedStore, type SettlingRule } from './packed-store.js';
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
 * Host memory on every backend: what is stored is what the codes say, and nothing is stored twice.
 * @throws ThinkbitsError `kv/bits`, `kv/group`, `kv/range`, `kv/window`, `kv/static-grid`, `kv/float-format`
 */
export class KvCache {
  readonly shape: KvCacheShape;
  private readonly rows = new Map<number, RowCache[]>();
  /** Made when the first row is, so that an unused cache holds nothing. */
  private halves: { readonly key: Half; readonly value: Half }[] = [];
  private keyRotation: KeyRotation | undefined;

  constructor(shape: KvCacheShape) {
    this.shape = shape;
    for (const parameters of shape.parameters ?? []) checkKvParameters(parameters, shape);
  }

  /** A row's stores of a decoder layer; an unknown row starts empty. */
  row(slot: number, layer: number): RowCache {
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
    const scheme = this.shape.parameters?.[layer]?.scheme;
    return scheme?.key !== undefined && scheme.rope === 'before';
  }

  /**
   * What the keys of a decoder layer go through when they are read; undefined where they are stored rotated.
   * @param table as long as the longest row
   * @throws ThinkbitsError `kv/no-angles` when the layer needs a table and there is none
   */
  rotation(layer: number, table: RotaryTable | undefined): KeyRotation | undefined {
    if (!this.rotatesOnRead(layer)) return undefined;
    if (!table) {
      throw new ThinkbitsError({
        code: 'kv/no-angles',
        message: `Layer ${layer} stores keys before the rotary embedding, and attention has no rotary table.`,
        help: 'Hand the table over in the attributes of cachedAttention.',
      });
    }
    if (!this.keyRotation?.isOf(table)) {
      this.keyRotation?.dispose();
      this.keyRotation = new KeyRotation(table);
    }
    return this.keyRotation;
  }

  /** Forgets a row and gives its memory back. */
  reset(slot: number): void {
    for (const { keys, values } of this.rows.get(slot) ?? []) {
      keys.dispose();
      values.dispose();
    }
    this.rows.delete(slot);
  }

  /** Forgets all rows and gives all memory back. */
  dispose(): void {
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
    let bytes = this.keyRotation?.heldBytes ?? 0;
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
