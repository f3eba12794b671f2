/**
 * How verdicts moved between two runs, sample by sample. Equal accuracies can hide many flips both
 * ways.
 */
export interface Flips {
  readonly both_correct: number;
  readonly correct_to_wrong: number;
  readonly wrong_to_correct: number;
  readonly both_wrong: number;
}

/** Counts the four outcomes of paired verdicts, first run to second. */
export function countFlips(pairs: Iterable<readonly [first: boolean, second: boolean]>): Flips {
  const counts = { both_correct: 0, correct_to_wrong: 0, wrong_to_correct: 0, both_wrong: 0 };
  for (const [first, second] of pairs) {
    if (first) counts[second ? 'both_correct' : 'correct_to_wrong']++;
    else counts[second ? 'wrong_to_correct' : 'both_wrong']++;
  }
  return counts;
}
