import { fixed } from '../format-figures.js';
import type { Interval, StudyDrop, StudyRow } from '../study-results.js';

/** A quantized cell and what sentences call it. */
export interface SummaryCell {
  readonly row: StudyRow;
  readonly drop: StudyDrop;
  /** `nano`, or `nano on chain` where there are several benchmarks. */
  readonly subject: string;
}

/** Decimals that an interval can bear: none once it is four points wide. */
export function places([low, high]: Interval): number {
  return high - low >= 4 ? 0 : 1;
}

/** Points lost, as precise as the interval allows. */
export function pointsLost({ drop }: SummaryCell): string {
  return fixed(drop.points, places(drop.interval95));
}

/** The interval of points lost, `32 to 51`. */
export function lossRange({ drop }: SummaryCell): string {
  const digits = places(drop.interval95);
  return `${fixed(drop.interval95[0], digits)} to ${fixed(drop.interval95[1], digits)}`;
}

/** `a, b and c`. */
export function joinWords(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** `1 other recipe`, `3 other recipes`. */
export function otherRecipes(count: number): string {
  return count === 1 ? '1 other recipe' : `${count} other recipes`;
}

/** A loss that chance does not explain: the whole interval lies on the side of worse. */
export function isCertainLoss({ drop }: SummaryCell): boolean {
  return drop.interval95[0] > 0;
}
