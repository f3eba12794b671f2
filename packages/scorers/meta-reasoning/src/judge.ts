import type { ScoreOptions } from '@thinkbits/spec';
import type { Grading } from './grading.js';

/** An explanation of an error that is to be held against the annotated one. */
export interface ReasonToJudge {
  /** What the data say, with the reasons of all annotators. */
  readonly expected: Grading;
  /** What the graded model says; its verdict is right, and so is its step where the data number steps. */
  readonly given: Grading;
}

/**
 * Decides whether a model's explanation names the annotated error, at once or later: a person's decisions from a file, another
 * model. MR-Ben asks GPT-4-Turbo. Several questions may be under way.
 */
export type ReasonJudge = (
  question: ReasonToJudge,
  options: ScoreOptions,
) => 'correct' | 'wrong' | Promise<'correct' | 'wrong'>;

/**
 * The decision in a judge's text, whose "Final Decision:" is to be "Correct" or "Wrong"; undefined where it is neither.
 * @param officialCompat as MR-Ben's script: correct wherever "correct" stands in it, so that "Incorrect" is correct
 */
export function readDecision(
  text: string,
  { officialCompat = false }: { readonly officialCompat?: boolean } = {},
): 'correct' | 'wrong' | undefined {
  const decision = text.split('Final Decision:').at(-1) as string;
  if (officialCompat) return /correct/i.test(decision) ? 'correct' : 'wrong';
  const letters = decision.toLowerCase().replaceAll(/\P{L}/gu, '');
  return letters === 'correct' || letters === 'wrong' ? letters : undefined;
}
