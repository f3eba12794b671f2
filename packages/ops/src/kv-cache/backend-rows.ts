import type { RotaryTable } from '../rotary-embedding.js';
import type { KvCacheShape } from './kv-cache.js';

/** The two halves of a cache. */
export type KvHalf = 'keys' | 'values';

/** The rows of one cache in a backend's own memory, for which the host holds nothing. */
export interface BackendRows {
  /** Bytes allocated. */
  readonly heldBytes: number;
  /** Appends tokens of the host to a row of a decoder layer, `[tokens, kvHeads · headDim]` each. */
  append(slot: number, layer: number, keys: Float32Array, values: Float32Array): void;
  /** What attention sees of a row, `[kvHeads, tokens, headDim]`; keys that are rotated when they are read take the table. */
  read(slot: number, layer: number, half: KvHalf, table?: RotaryTable): Float32Array;
  /** Forgets a row. */
  reset(slot: number): void;
  /** Forgets all rows and gives all memory back; never used again. */
  dispose(): void;
}

/** Rows in a backend's memory; undefined where it has no form for this cache. */
export type KeepRows = (shape: KvCacheShape) => BackendRows | undefined;

const keepers = new Map<string, KeepRows>();

/**
 * Keeps the rows of caches in a backend's memory, replacing an earlier registration; the backend's kernels `CachedAttention`
 * and `LongCachedAttention` must read them there ({@link KvCache.backendRows}).
 */
export function installBackendRows(backendName: string, keep: KeepRows): void {
  keepers.set(backendName, keep);
}

/** Takes it away: caches that are used first from then on keep their rows on the host. */
export function removeBackendRows(backendName: string): void {
  keepers.delete(backendName);
}

/** Rows for a cache in the memory of a backend; undefined where they are kept on the host. */
export function keepRows(backendName: string, shape: KvCacheShape): BackendRows | undefined {
  return keepers.get(backendName)?.(shape);
}
