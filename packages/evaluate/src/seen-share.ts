import type { SampleRecord } from './sample-record.js';
import { mean } from './statistics/mean-and-deviation.js';

/** Share of wrong answers whose thinking states the right one on its way; null where no scorer could tell. */
export function seenShare(samples: readonly SampleRecord[]): number | null {
  const told = samples.flatMap(({ seen }) => (seen === undefined ? [] : [Number(seen)]));
  return told.length === 0 ? null : mean(told);
}
