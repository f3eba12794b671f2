import type { Verdict } from '@thinkbits/spec';
import {
  type CompareOptions,
  compareAnswers,
  defaultSteps,
  whyUnreadable,
} from './compare/compare-answers.js';
import { paperCandidates } from './extract/paper-candidates.js';
import { StepBudget } from './step-budget.js';

/** As many pieces of a text are tried before it is given up. */
const mostCandidates = 200;

/**
 * Judges as the study's own grader (evaluation.md §1.6): the first candidate that can be read is the prediction; the first
 * candidate at all is compared too, as a text.
 */
export function judgeAsPaper(
  generation: string,
  gold: string,
  options: CompareOptions,
): Pick<Verdict, 'outcome' | 'extracted' | 'reason'> {
  let first: string | undefined;
  let tried = 0;
  // One for all that is done: there may be many candidates.
  const budget = new StepBudget(options.steps ?? defaultSteps);
  for (const candidate of paperCandidates(generation)) {
    first ??= candidate;
    if (whyUnreadable(candidate, budget) === undefined) {
      if (first.trim() === gold.trim()) return textMatch(first);
      const { outcome, reason } = compareAnswers(gold, candidate, options, budget);
      return { outcome, extracted: candidate, reason: `${reason} (as the paper)` };
    }
    if (++tried === mostCandidates) break;
  }
  if (first === undefined) {
    return { outcome: 'undecided', extracted: null, reason: 'No answer was found.' };
  }
  if (first.trim() === gold.trim()) return textMatch(first);
  const reason = 'Nothing that was found can be read, and the texts differ. (as the paper)';
  return { outcome: 'undecided', extracted: first, reason };
}

const textMatch = (extracted: string) => ({
  outcome: 'equal' as const,
  extracted,
  reason: 'The texts are the same. (as the paper)',
});
