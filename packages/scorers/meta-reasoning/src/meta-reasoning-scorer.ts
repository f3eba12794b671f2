import { type Scorer, type SynchronousScorer, ThinkbitsError, type Verdict } from '@thinkbits/spec';
import { afterThinking } from '@thinkbits/validation';
import packageJson from '../package.json' with { type: 'json' };
import { type Grading, readGrading, readStep } from './grading.js';
import type { ReasonJudge } from './judge.js';
import { type GradedSolution, metaReasoningScores } from './mr-score.js';

/** Options of {@link createMetaReasoningScorer}. */
export interface MetaReasoningOptions {
  /** Decides whether explanations are right; where absent they are not looked at, and the score is partial. */
  readonly judge?: ReasonJudge;
}

/** Longer texts are read from their beginning alone: of several answers the first counts. */
const longest = 200_000;

/** What the data say, and whether the first error is a line of code, which is the judge's to find right. */
interface Gold extends Grading {
  readonly correctness: 'correct' | 'incorrect';
  readonly number: string | undefined;
  readonly isCode: boolean;
}

function readGold(answer: string): Gold {
  const grading = readGrading(answer);
  const isCode = /First Error Line:/.test(answer);
  const number = isCode ? undefined : readStep(grading.step);
  const { correctness } = grading;
  const found = correctness === 'correct' || isCode || number !== undefined;
  if (correctness !== undefined && found) return { ...grading, correctness, number, isCode };
  throw new ThinkbitsError({
    code: 'scorer-meta-reasoning/bad-gold',
    message: `The expected answer ${JSON.stringify(answer.slice(0, 120))} is no grading.`,
    help: 'Give "Solution Correctness: incorrect", "First Error Step: 2" (or "First Error Line: …" of code) and "Error Reason: …", a line each; "correct" and "N/A" for a solution without an error.',
  });
}

/** `incorrect, step 2`, for people. */
function told({ correctness, step }: Grading): string {
  const number = readStep(step);
  const place = number !== undefined ? `step ${number}` : step.slice(0, 80);
  return correctness === 'incorrect' && place !== '' ? `incorrect, ${place}` : String(correctness);
}

/** The parts that are right, but for what a judge has to say. */
function grade(gold: Gold, given: Grading): GradedSolution {
  const verdict = given.correctness ?? null;
  const found = gold.correctness === 'incorrect' && verdict === 'incorrect';
  const step = found && !gold.isCode && readStep(given.step) === gold.number;
  return { truth: gold.correctness, verdict, step, reason: false, judge: false };
}

/** Whether the reason is looked at: where verdict and step are right, of code where the verdict is. */
function isToJudge({ isCode }: Gold, { truth, verdict, step }: GradedSolution): boolean {
  return truth === 'incorrect' && verdict === 'incorrect' && (isCode || step);
}

function outcomeOf(gold: Gold, graded: GradedSolution): Pick<Verdict, 'outcome' | 'reason'> {
  const { truth, verdict, step, reason, judge } = graded;
  if (verdict === null)
    return { outcome: 'undecided', reason: 'No verdict can be read from the labelled parts.' };
  if (verdict !== truth) return { outcome: 'different', reason: `The solution is ${truth}.` };
  if (truth === 'correct') return { outcome: 'equal', reason: 'The solution is correct.' };
  if (gold.isCode && !judge)
    return { outcome: 'undecided', reason: 'Where the code errs is for a judge to say.' };
  if (!gold.isCode && !step)
    return { outcome: 'different', reason: `The first error is in step ${gold.number}.` };
  if (!judge)
    return { outcome: 'equal', reason: 'Verdict and step are right; no judge of reasons.' };
  return reason
    ? { outcome: 'equal', reason: 'Verdict, step and reason are right.' }
    : { outcome: 'different', reason: 'The judge does not accept the reason.' };
}

function read(prediction: string, answer: string) {
  const gold = readGold(answer);
  const given = readGrading((afterThinking(prediction) ?? '').slice(0, longest));
  return { gold, given, graded: grade(gold, given) };
}

function verdictOn(gold: Gold, given: Grading, graded: GradedSolution): Verdict {
  const { outcome, reason } = outcomeOf(gold, graded);
  const extracted = graded.verdict === null ? null : told(given);
  return { correct: outcome === 'equal', outcome, extracted, reason, details: graded };
}

/**
 * Judges a judgement: whether a model finds a solution right or wrong, where it first errs, and why (MR-Ben, arXiv 2406.13975, by
 * its script). An answer is correct when all of that is right that can be looked at; the MR-Score over a data set is
 * {@link metaReasoningScores}. Without a judge, see {@link createMetaReasoningScorer}, reasons are not looked at.
 */
export const scorer: SynchronousScorer = {
  specificationVersion: 'v1',
  kind: 'scorer',
  id: 'meta-reasoning',
  version: packageJson.version,
  checkGold({ answer }) {
    readGold(answer);
  },
  score({ prediction, answer }) {
    const { gold, given, graded } = read(prediction, answer);
    return verdictOn(gold, given, graded);
  },
  aggregate: metaReasoningScores,
};

/**
 * The scorer with a judge of reasons, which is asked where verdict and step are right, and of code where the verdict is.
 * @throws ThinkbitsError `scorer-meta-reasoning/bad-gold`, and whatever the judge throws
 */
export function createMetaReasoningScorer({ judge }: MetaReasoningOptions = {}): Scorer {
  if (!judge) return scorer;
  return {
    ...scorer,
    options: { judge: true },
    async score({ prediction, answer }, options = {}) {
      const { gold, given, graded } = read(prediction, answer);
      const asked = isToJudge(gold, graded);
      const reason = asked && (await judge({ expected: gold, given }, options)) === 'correct';
      const step = gold.isCode ? reason : graded.step;
      return verdictOn(gold, given, { ...graded, step, reason, judge: true });
    },
  };
}
