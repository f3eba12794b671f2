import type { RandomSource } from '@thinkbits/spec';
import { quantile } from './quantile.js';

/** What one problem contributes to a ratio: all its repeats together, since they are not independent. */
export interface Cluster {
  readonly numerator: number;
  readonly denominator: number;
}

/** A lower and an upper bound. */
export type Interval = readonly [low: number, high: number];

/** A ratio and how it spreads when problems are drawn again. */
export interface BootstrapRatio {
  /** Σ numerator / Σ denominator. */
  readonly estimate: number;
  /** The same over each resample, ascending. */
  readonly resamples: Float64Array;
  /** Percentile interval that holds `level` of the resamples, for example 0.95. */
  interval(level: number): Interval;
}

/** Resamples behind every interval that is reported. */
export const bootstrapResamples = 2000;

/**
 * Percentile bootstrap of Σ numerator / Σ denominator over clusters (Efron and Tibshirani 1993,
 * chapter 13; clusters drawn whole as in Field and Welsh 2007).
 *
 * An accuracy has 1 per sample below, a paired difference the difference of the two verdicts above,
 * a ratio of lengths the other run's tokens below. Resampling problems instead of samples keeps
 * repeats of one problem together.
 */
export function bootstrapRatio(
  clusters: readonly Cluster[],
  random: RandomSource,
  resamples: number = bootstrapResamples,
): BootstrapRatio {
  const draws = new Float64Array(resamples);
  for (let b = 0; b < resamples; b++) {
    let numerator = 0;
    let denominator = 0;
    for (let i = 0; i < clusters.length; i++) {
      const drawn = clusters[random.integer(clusters.length)] as Cluster;
      numerator += drawn.numerator;
      denominator += drawn.denominator;
    }
    draws[b] = numerator / denominator;
  }
  draws.sort();
  return {
    estimate: ratio(clusters),
    resamples: draws,
    interval: (level) => [quantile(draws, (1 - level) / 2), quantile(draws, (1 + level) / 2)],
  };
}

function ratio(clusters: readonly Cluster[]): number {
  let numerator = 0;
  let denominator = 0;
  for (const cluster of clusters) {
    numerator += cluster.numerator;
    denominator += cluster.denominator;
  }
  return numerator / denominator;
}
