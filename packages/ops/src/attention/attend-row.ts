import { forEachRun, type KvStore, pageTokens } from '../kv-cache/kv-store.js';
import { pageMemory } from '../kv-cache/page-memory.js';

/** Room in the page memory for one call at a time: a query, a decoded page, scores and an output. */
export class AttentionScratch {
  readonly page: number;
  readonly query: number;
  readonly output: number;
  private scoresAddress = 0;
  private scoresBytes = 0;

  constructor(headDim: number, group: number) {
    const memory = pageMemory();
    this.page = memory.allocate(pageTokens * headDim * 4);
    this.query = memory.allocate(group * headDim * 4);
    this.output = memory.allocate(group * headDim * 4);
  }

  /** Room for `count` scores. */
  scores(count: number): number {
    if (this.scoresBytes < count * 4) {
      const memory = pageMemory();
      if (this.scoresBytes > 0) memory.release(this.scoresAddress, this.scoresBytes);
      this.scoresBytes = Math.max(4096, 8 * count);
      this.scoresAddress = memory.allocate(this.scoresBytes);
    }
    return this.scoresAddress;
  }
}

/**
 * One query of each head of a group over everything the stores hold: softmax(qKᵀ / √d)V in float32, in token order.
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
): void {
  const memory = pageMemory();
  const { kernels } = memory;
  const total = keys.tokens;
  const stride = (total + 3) & ~3; // each head's scores start aligned, with room for softmax's padding
  const scores = scratch.scores(stride * group);
  const { floats } = memory;
  const width = group * headDim;
  for (let i = 0; i < width; i++) floats[scratch.query / 4 + i] = query[at + i] as number;
  const scale = 1 / Math.sqrt(headDim);
  forEachRun(keys, head, scratch.page, (address, count, first) => {
    kernels.scoreKeys(
      scratch.query,
      address,
      count,
      headDim,
      group,
      scale,
      scores + first * 4,
      stride,
    );
  });
  for (let g = 0; g < group; g++) kernels.softmax(scores + g * stride * 4, total);
  floats.fill(0, scratch.output / 4, scratch.output / 4 + width);
  forEachRun(values, head, scratch.page, (address, count, first) => {
    kernels.addValues(address, count, headDim, group, scores + first * 4, stride, scratch.output);
  });
  for (let i = 0; i < width; i++) out[at + i] = floats[scratch.output / 4 + i] as number;
}
