import { type KvParameters, type KvPartScheme, ThinkbitsError } from '@thinkbits/spec';
import { FloatStore } from './float-store.js';
import type { KvStore } from './kv-store.js';
import { PackedStore } from './packed-store.js';

/** Shape of a cache: one set of parameters per decoder layer, none = float. */
export interface KvCacheShape {
  readonly layers: number;
  readonly kvHeads: number;
  readonly headDim: number;
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
  /** As held by this cache, once out of the float window. */
  readonly packed: number;
}

function refuse(message: string): never {
  throw new ThinkbitsError({
    code: 'kv/not-supported',
    message,
    help: 'This engine stores keys and values per token, in groups that divide the head dimension, after the rotary embedding.',
  });
}

function checkPart(part: KvPartScheme | undefined, name: string, headDim: number): void {
  if (!part) return;
  if (part.axis !== 'token') refuse(`The KV scheme asks for ${name} per ${part.axis}.`);
  if (![2, 3, 4, 8].includes(part.bits)) {
    throw new ThinkbitsError({
      code: 'kv/bits',
      message: `The KV scheme asks for ${part.bits}-bit ${name}.`,
      help: 'Keys and values take 2, 3, 4 or 8 bits; leave a half out to keep it in float.',
      details: { bits: part.bits },
    });
  }
  if (part.group !== 'head' && (part.group < 1 || headDim % part.group !== 0)) {
    throw new ThinkbitsError({
      code: 'kv/group',
      message: `A group of ${part.group} ${name} channels does not divide the head dimension ${headDim}.`,
      help: `Use "head" or a divisor of ${headDim}.`,
      details: { group: part.group, headDim },
    });
  }
}

/**
 * Keys and values of many rows. A row is a slot that is reset and used again; its decoder layers grow together.
 * Host memory on every backend: what is stored is what the codes say, and nothing is stored twice.
 * @throws ThinkbitsError `kv/bits`, `kv/group`, `kv/not-supported`
 */
export class KvCache {
  readonly shape: KvCacheShape;
  private readonly rows = new Map<number, RowCache[]>();

  constructor(shape: KvCacheShape) {
    this.shape = shape;
    for (const { scheme, staticKeys, staticValues, rotation } of shape.parameters ?? []) {
      checkPart(scheme.key, 'keys', shape.headDim);
      checkPart(scheme.value, 'values', shape.headDim);
      if (scheme.key && scheme.rope === 'before')
        refuse('The KV scheme quantizes keys before the rotary embedding.');
      if (staticKeys || staticValues) refuse('The KV parameters carry static scales.');
      if (rotation) refuse('The KV parameters carry a rotation of queries and keys.');
    }
  }

  /** A row's stores of a decoder layer; an unknown row starts empty. */
  row(slot: number, layer: number): RowCache {
    let layers = this.rows.get(slot);
    if (!layers) {
      layers = Array.from({ length: this.shape.layers }, (_, index) => this.emptyRow(index));
      this.rows.set(slot, layers);
    }
    return layers[layer] as RowCache;
  }

  /** Forgets a row and gives its memory back. */
  reset(slot: number): void {
    for (const { keys, values } of this.rows.get(slot) ?? []) {
      keys.dispose();
      values.dispose();
    }
    this.rows.delete(slot);
  }

  /** Forgets all rows. */
  dispose(): void {
    for (const slot of [...this.rows.keys()]) this.reset(slot);
  }

  get heldBytes(): number {
    let bytes = 0;
    for (const layers of this.rows.values()) {
      for (const { keys, values } of layers) bytes += keys.heldBytes + values.heldBytes;
    }
    return bytes;
  }

  get bytesPerToken(): KvBytesPerToken {
    const { layers, kvHeads, headDim, parameters } = this.shape;
    const floatHalf = kvHeads * headDim * 4;
    const half = (part: KvPartScheme | undefined) => {
      if (!part) return floatHalf;
      const groups = part.group === 'head' ? 1 : headDim / part.group;
      return kvHeads * (Math.ceil((headDim * part.bits) / 8) + 8 * groups);
    };
    let packed = 0;
    for (let layer = 0; layer < layers; layer++) {
      const scheme = parameters?.[layer]?.scheme;
      packed += half(scheme?.key) + half(scheme?.value);
    }
    return { float: 2 * layers * floatHalf, packed };
  }

  private emptyRow(layer: number): RowCache {
    const { kvHeads, headDim, parameters } = this.shape;
    const scheme = parameters?.[layer]?.scheme;
    const store = (part: KvPartScheme | undefined): KvStore =>
      part
        ? new PackedStore(kvHeads, headDim, part, scheme?.window ?? 0)
        : new FloatStore(kvHeads, headDim);
    return { keys: store(scheme?.key), values: store(scheme?.value) };
  }
}
