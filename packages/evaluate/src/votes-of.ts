import type { Scorer } from '@thinkbits/spec';
import type { SampleRecord } from './sample-record.js';
import type { Votes } from './statistics/majority-at-k.js';

/**
 * Sorts the answers to one problem into classes that say the same. Right ones are one class; wrong ones are compared by
 * their scorer, by their text where it compares none.
 */
export function votesOf(
  answers: readonly SampleRecord[],
  equivalent: Scorer['equivalent'] = (a, b) => a === b,
): Votes {
  const wrong: { readonly text: string; size: number }[] = [];
  let right = 0;
  let silent = 0;
  for (const { correct, extracted } of answers) {
    if (correct) right++;
    else if (extracted === null) silent++;
    else {
      const own = wrong.find(({ text }) => text === extracted || equivalent(text, extracted));
      if (own) own.size++;
      else wrong.push({ text: extracted, size: 1 });
    }
  }
  return { right, wrong: wrong.map(({ size }) => size), silent };
}
