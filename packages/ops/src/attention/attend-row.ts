import type { KeyRotation } from '../kv-cache/key-rotation.js';
import { forEachRun, type KvStore, longestRun } from '../kv-cache/kv-store.js';
import { pageMemory } from '../kv-cache/page-memory.js';

/** Room in the page memory for one call at a time: a query, a decoded page, scores and an output. */
export class AttentionScratch {
  readonly query: number;
  readonly output: number;
  private readonly headDim: number;
  private readonly runRoom = new GrowingBlock();
  private readonly scoreRoom = new GrowingBlock();

  constructor(headDim: number, group: number) {
    const memory = pageMemory();
    this.headDim = headDim;
    this.query = memory.allocate(group * headDim * 4);
    this.output = memory.allocate(group * headDim * 4);
  }

  /** Room for the runs of a store. */
  runs(store: KvStore): number {
    return this.runRoom.atLeast(longestRun(store) * this.headDim * 4);
  }

  /** Room for `count` scores. */
  scores(count: number): number {
    return this.scoreRoom.atLeast(count * 4);
  }
}

/** A block of page memory that grows to what it is asked for; its content is lost then. */
class GrowingBlock {
  private address = 0;
  private bytes = 0;

  atLeast(bytes: number): number {
    if (this.bytes < bytes) {
      const memory = pageMemory();
      if (this.bytes > 0) memory.release(this.address, this.bytes);
      this.bytes = Math.max(4096, 2 * bytes);
      this.address = memory.allocate(this.bytes);
    }
    return this.address;
  }
}

/**
 * One query of each head of a group over everything the stores hold: softmax(qKᵀ / √d)V in float32, in token order. A page is
 * decoded, and rotated where its keys were stored unrotated, once for all queries of the group.
 * @param query `[group · headDim]` from `at`
 * @param out `[group · headDim]` from `at`
 */
export function attendRow(
  query: Float32Array,
  out: Float32Array,
  at: number,
  keys: KvStore,
  values: KvStore,
  head: number,
  headDim: number,
  group: number,
  scratch: AttentionScratch,
  rotation: KeyRotation | undefined,
): void {
  const memory = pageMemory();
  const { kernels } = memory;
  const total = keys.tokens;
  const stride = (total + 3) & ~3; // each head's scores start aligned, with room for softmax's padding
  const scores = scratch.scores(stride * group);
  const keyRun = scratch.runs(keys);
  const valueRun = scratch.runs(values);
  const { floats } = memory;
  const width = group * headDim;
  for (let i = 0; i < width; i++) floats[scratch.query / 4 + i] = query[at + i] as number;
  const scale = 1 / Math.sqrt(headDim);
  const score = (address: number, count: number, first: number): void => {
    const to = scores + first * 4;
    kernels.scoreKeys(scratch.query, address, count, headDim, group, scale, to, stride);
  };
  forEachRun(keys, head, keyRun, score, rotation);
  for (let g = 0; g < group; g++) kernels.softmax(scores + g * stride * 4, total);
  floats.fill(0, scratch.output / 4, scratch.output / 4 + width);
  forEachRun(values, head, valueRun, (address, count, first) => {
    kernels.addValues(address, count, headDim, group, scores + first * 4, stride, scratch.output);
  });
  for (let i = 0; i < width; i++) out[at + i] = floats[scratch.output / 4 + i] as number;
}
