import type { BootstrapRatio, Interval } from './cluster-bootstrap.js';

/** Whether two runs are the same within a margin that was named beforehand. */
export interface Equivalence {
  readonly margin: number;
  readonly interval90: Interval;
  readonly equivalent: boolean;
}

/**
 * Two one-sided tests at 5 % (Schuirmann 1987), read off the 90 % bootstrap interval of the
 * difference: equivalent when all of it lies strictly within ±margin. "No significant difference"
 * is not that: a small sample never finds one.
 *
 * @param margin in the unit of the difference, above 0
 */
export function equivalence(difference: BootstrapRatio, margin: number): Equivalence {
  const interval90 = difference.interval(0.9);
  return { margin, interval90, equivalent: -margin < interval90[0] && interval90[1] < margin };
}
