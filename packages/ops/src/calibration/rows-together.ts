import type { RoundingTarget } from '@thinkbits/spec';

/** Weights of the rows that are rounded together, 16 MiB in float32: several copies of them are made. */
const stripElements = 2 ** 22;

/** How many rows of a linear are rounded together: a strip of them, or all where rows depend on each other. */
export function rowsTogether(
  { scheme, hints }: Pick<RoundingTarget, 'scheme' | 'hints'>,
  rows: number,
  columns: number,
): number {
  const mixed = hints?.clip !== undefined; // a map that clip bounds stand before may mix rows
  const oneScale = scheme.group === 'tensor' || scheme.float?.scale === 'e4m3'; // of the whole weight
  return mixed || oneScale ? rows : Math.max(1, Math.floor(stripElements / columns));
}
