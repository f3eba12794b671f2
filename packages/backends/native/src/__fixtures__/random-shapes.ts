import { env } from 'node:process';
import { createRandom } from '@thinkbits/numerics';
import type { RandomSource } from '@thinkbits/spec';

/** How many random shapes are tried: fewer where each is dear, as under the sanitizers (scripts/sanitize.mjs). */
export const shapeCount = (count: number): number =>
  Math.ceil(count / Number(env.THINKBITS_FEWER_SHAPES ?? 1));

/** Seeded sizes and values that kernels may come to grief over. */
export interface RandomShapes {
  readonly random: RandomSource;
  chosen<T>(...values: readonly T[]): T;
  /** 1 to `most`. */
  upTo(most: number): number;
  /** 0 now and then, up to `most`; often a size at or beside those of registers and tiles. */
  size(most: number): number;
  normals(count: number): Float32Array;
  /** From -8 to 8: float32 holds their sums of products exactly, in whatever order they are added up. */
  integers(count: number): Float32Array;
  /** Puts a few values that are no finite numbers among others. */
  spoil(values: Float32Array): void;
}

/** @param name of what is tested: the numbers depend on it alone */
export function randomShapes(name: string): RandomShapes {
  const random = createRandom(67).fork(name);
  const chosen = <T>(...values: readonly T[]): T => values[random.integer(values.length)] as T;
  const upTo = (most: number) => 1 + random.integer(most);
  return {
    random,
    chosen,
    upTo,
    size(most) {
      const kind = random.integer(16);
      if (kind === 0) return 0;
      if (kind < 5) return Math.min(most, chosen(1, 2, 3, 7, 8, 9, 15, 16, 17));
      if (kind < 9) return Math.min(most, 16 * upTo(Math.ceil(most / 16)) + random.integer(3) - 1);
      return upTo(most);
    },
    normals: (count) => Float32Array.from({ length: count }, random.normal),
    integers: (count) => Float32Array.from({ length: count }, () => random.integer(17) - 8),
    spoil(values) {
      if (values.length === 0) return;
      for (let times = upTo(3); times > 0; times--)
        values[random.integer(values.length)] = chosen(
          Number.NaN,
          Number.POSITIVE_INFINITY,
          Number.NEGATIVE_INFINITY,
        );
    },
  };
}
