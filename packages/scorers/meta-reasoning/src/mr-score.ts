import type { JsonObject, JudgedAnswer } from '@thinkbits/spec';

/** What the score needs to know of one graded solution; kept with its answer. */
export type GradedSolution = JsonObject & {
  /** Of the solution. */
  readonly truth: 'correct' | 'incorrect';
  /** The model's verdict; null where none could be read. */
  readonly verdict: 'correct' | 'incorrect' | null;
  /** Whether the first error step was found; of code the judge says it. */
  readonly step: boolean;
  /** Whether the judge accepts the reason. */
  readonly reason: boolean;
  /** Whether there was a judge. */
  readonly judge: boolean;
};

/** Figures of one subject; null where it has no incorrect solution. */
interface SubjectScore {
  readonly mcc: number;
  readonly step: number | null;
  readonly reason: number | null;
  readonly score: number | null;
}

/**
 * Matthews correlation coefficient of a table of verdicts, from -1 to 1; 0 where numerator or denominator is.
 *
 *     (TP · TN - FP · FN) / √((TP + FP) (TP + FN) (TN + FP) (TN + FN))
 */
export function matthewsCorrelation(tp: number, tn: number, fp: number, fn: number): number {
  const numerator = tp * tn - fp * fn;
  const denominator = Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn));
  return numerator === 0 || denominator === 0 ? 0 : numerator / denominator;
}

/**
 * The score of one subject (Zeng et al. 2024, arXiv 2406.13975, and its script): a solution that is correct is positive; a
 * verdict that could not be read is a wrong one; step and reason are shares of all incorrect solutions.
 *
 *     MR-Score = 0.2 · max(0, MCC) + 0.3 · ACC_step + 0.5 · ACC_reason
 */
function scoreSubject(graded: readonly GradedSolution[]): SubjectScore {
  let [correct, truePositive, trueNegative, steps, reasons] = [0, 0, 0, 0, 0];
  for (const { truth, verdict, step, reason } of graded) {
    if (truth === 'correct') {
      correct++;
      if (verdict === 'correct') truePositive++;
    } else if (verdict === 'incorrect') {
      trueNegative++;
      if (step) steps++;
      if (step && reason) reasons++;
    }
  }
  const incorrect = graded.length - correct;
  const mcc = matthewsCorrelation(
    truePositive,
    trueNegative,
    incorrect - trueNegative,
    correct - truePositive,
  );
  if (incorrect === 0) return { mcc, step: null, reason: null, score: null };
  const [step, reason] = [steps / incorrect, reasons / incorrect];
  return { mcc, step, reason, score: 0.2 * Math.max(0, mcc) + 0.3 * step + 0.5 * reason };
}

/** Plain mean; null where a value is missing, or there is none. */
function meanOf(values: readonly (number | null)[]): number | null {
  if (values.length === 0 || values.includes(null)) return null;
  return (values as number[]).reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * MR-Score and its parts: the plain mean over subjects (`groups.subject`), and the score of each subject. Without a judge the
 * reasons count as not accepted and the score is named `mr_score_partial`: at most 0.5, and 0.2 of code, whose step is the
 * judge's to say.
 */
export function metaReasoningScores(answers: readonly JudgedAnswer[]): {
  readonly [name: string]: number | null;
} {
  const bySubject = new Map<string, GradedSolution[]>();
  for (const { details, groups } of answers) {
    if (!details) continue;
    const subject = String(groups.subject ?? 'all');
    const graded = bySubject.get(subject);
    if (graded) graded.push(details as GradedSolution);
    else bySubject.set(subject, [details as GradedSolution]);
  }
  const subjects = [...bySubject].sort(([a], [b]) => (a < b ? -1 : 1));
  const scores = subjects.map(([subject, graded]) => ({ subject, ...scoreSubject(graded) }));
  const judged = subjects.every(([, graded]) => graded.every(({ judge }) => judge));
  const name = judged ? 'mr_score' : 'mr_score_partial';
  return {
    [name]: meanOf(scores.map(({ score }) => score)),
    mcc: meanOf(scores.map(({ mcc }) => mcc)),
    acc_step: meanOf(scores.map(({ step }) => step)),
    ...(judged && { acc_reason: meanOf(scores.map(({ reason }) => reason)) }),
    ...(scores.length > 1 &&
      Object.fromEntries(scores.map(({ subject, score }) => [`${name}.${subject}`, score]))),
  };
}
