import type { JsonObject, Scorer } from '@thinkbits/spec';
import { requireScorer } from '../check-evaluation.js';
import type { ProblemLine } from './problem-line.js';

/** Who judged, as `run.json` has it: a verdict depends on the answer, on the expected one, and on these. */
export interface RunScorer {
  readonly id: string;
  /** Of its package; null where it does not say. */
  readonly version: string | null;
  /** The rules that it was told to go by; absent where it goes by its defaults. */
  readonly options?: JsonObject;
}

/**
 * The scorers that the problems of a run name, in the order of their ids.
 * @throws ThinkbitsError `evaluate/missing-scorer`
 */
export function runScorers(
  problems: readonly ProblemLine[],
  scorers: ReadonlyMap<string, Scorer>,
): RunScorer[] {
  const found = new Map<string, RunScorer>();
  for (const { scorer: id, benchmark } of problems) {
    if (found.has(id)) continue;
    const { version = null, options } = requireScorer(id, scorers, benchmark);
    found.set(id, { id, version, ...(options && { options }) });
  }
  return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}
