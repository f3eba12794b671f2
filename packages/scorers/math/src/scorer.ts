import type { Scorer } from '@thinkbits/spec';
import { compareAnswers } from './compare.js';
import { extractAnswer } from './extract-answer.js';

/**
 * Decides whether the answer in a text equals the expected one: the last box, else what is stated as the answer, else the last
 * number, compared exactly. Deterministic, bounded by lengths and depths, and nothing is evaluated.
 */
export const scorer: Scorer = {
  specificationVersion: 'v1',
  kind: 'scorer',
  id: 'math',
  score({ prediction, answer }) {
    const found = extractAnswer(prediction);
    if (!found)
      return {
        correct: false,
        outcome: 'undecided',
        extracted: null,
        reason: 'No answer was found.',
      };
    const { outcome, reason } = compareAnswers(answer, found.text);
    return {
      correct: outcome === 'equal',
      outcome,
      extracted: found.text,
      reason: `${reason} (${found.how})`,
    };
  },
};
