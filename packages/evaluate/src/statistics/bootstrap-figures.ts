import type { RandomSource } from '@thinkbits/spec';
import { bootstrapResamples, type Interval } from './cluster-bootstrap.js';
import { quantile } from './quantile.js';

/** Figures of a sample, by name; null where one is not defined. */
export type Figures = { readonly [name: string]: number | null };

/** A figure over the whole sample and its interval over problems like these. */
export interface FigureEstimate {
  /** null where the figure is not defined. */
  readonly value: number | null;
  /** 95 %, percentile bootstrap; null where some resample leaves the figure undefined. */
  readonly interval95: Interval | null;
}

/**
 * Percentile bootstrap of figures that are no ratio of sums, such as a correlation: clusters are drawn whole and the
 * figures computed anew (Efron and Tibshirani 1993, chapter 13).
 * @param clusters of each problem all answers together
 */
export function bootstrapFigures<Item>(
  clusters: readonly (readonly Item[])[],
  figuresOf: (items: readonly Item[]) => Figures,
  random: RandomSource,
  resamples: number = bootstrapResamples,
): { readonly [name: string]: FigureEstimate } {
  const whole = figuresOf(clusters.flat());
  const draws = new Map(Object.keys(whole).map((name) => [name, new Float64Array(resamples)]));
  const undefinedOnce = new Set<string>();
  for (let b = 0; b < resamples; b++) {
    const drawn: Item[] = [];
    for (let i = 0; i < clusters.length; i++) {
      for (const item of clusters[random.integer(clusters.length)] ?? []) drawn.push(item);
    }
    const figures = figuresOf(drawn);
    for (const [name, values] of draws) {
      const value = figures[name] ?? null;
      if (value === null) undefinedOnce.add(name);
      else values[b] = value;
    }
  }
  return Object.fromEntries(
    [...draws].map(([name, values]) => {
      values.sort();
      const interval95 = [quantile(values, 0.025), quantile(values, 0.975)] as const;
      const known = whole[name] !== null && !undefinedOnce.has(name);
      return [name, { value: whole[name] ?? null, interval95: known ? interval95 : null }];
    }),
  );
}
