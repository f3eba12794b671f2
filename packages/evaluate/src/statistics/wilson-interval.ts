import type { Interval } from './cluster-bootstrap.js';

/** The 0.975 quantile of the standard normal distribution. */
const z = 1.959963984540054;

/**
 * Wilson's 95 % score interval of a proportion (Wilson 1927), which stays honest at 0 and 1 where a
 * bootstrap has nothing to resample and would claim certainty.
 *
 * @param proportion in [0, 1]
 * @param trials independent trials, here problems
 */
export function wilsonInterval(proportion: number, trials: number): Interval {
  const shrink = 1 + z ** 2 / trials;
  const center = (proportion + z ** 2 / (2 * trials)) / shrink;
  const variance = (proportion * (1 - proportion)) / trials + z ** 2 / (4 * trials ** 2);
  const half = (z * Math.sqrt(variance)) / shrink;
  // At 0 and 1 the bound is the proportion itself, which floating point misses by a hair.
  const low = proportion === 0 ? 0 : Math.max(0, center - half);
  const high = proportion === 1 ? 1 : Math.min(1, center + half);
  return [low, high];
}
