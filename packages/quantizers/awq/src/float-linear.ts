import type { BlockView, LinearInfo, WeightScheme } from '@thinkbits/spec';

/** A linear that is going to be rounded, and its weight on the host. */
export interface FloatLinear {
  readonly linear: LinearInfo;
  readonly scheme: WeightScheme;
  /** `[out, in]`; not to be changed. */
  readonly values: Float32Array;
}

/** Reads those of the linears that are going to be rounded. */
export async function readFloatLinears(
  block: BlockView,
  linears: readonly LinearInfo[],
): Promise<FloatLinear[]> {
  const read: FloatLinear[] = [];
  for (const linear of linears) {
    const scheme = block.schemes.get(linear.name)?.weight;
    if (!scheme) continue;
    const weight = await block.weight(linear.name);
    try {
      read.push({ linear, scheme, values: (await weight.data()) as Float32Array });
    } finally {
      weight.dispose();
    }
  }
  return read;
}

/**
 * A weight after scaling, in float32 as edits apply it: w[r, c] · columns[c] / rows[r].
 * @param values `[out, in]`, left as they are
 */
export function scaleWeight(
  { linear, values }: FloatLinear,
  columns?: Float32Array,
  rows?: Float32Array,
): Float32Array {
  if (!columns && !rows) return values;
  const scaled = new Float32Array(values.length);
  for (let row = 0, i = 0; row < linear.out; row++) {
    const divisor = rows ? (rows[row] as number) : 1;
    for (let column = 0; column < linear.in; column++, i++) {
      const value = Math.fround(
        (values[i] as number) * (columns ? (columns[column] as number) : 1),
      );
      scaled[i] = value / divisor;
    }
  }
  return scaled;
}
