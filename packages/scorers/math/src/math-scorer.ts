import { type Scorer, ThinkbitsError, type Verdict } from '@thinkbits/spec';
import {
  type Comparison,
  compareAnswers,
  defaultSteps,
  whyUnreadable,
} from './compare/compare-answers.js';
import { extractAnswer, readGold } from './extract/extract-answer.js';

/** Options of {@link createMathScorer}. */
export interface MathScorerOptions {
  /** Bound of the work on one answer, about one machine operation a step; 50 000 where absent. */
  readonly steps?: number;
}

/**
 * Decides whether the answer in a text equals the expected one: the last box, else what is stated as the answer, else the
 * last formula or number, compared by exact values. Deterministic, bounded by steps, and nothing is evaluated.
 * @throws ThinkbitsError `scorer-math/bad-steps`
 */
export function createMathScorer(options: MathScorerOptions = {}): Scorer {
  const { steps = defaultSteps } = options;
  if (!Number.isInteger(steps) || steps < 1) {
    throw new ThinkbitsError({
      code: 'scorer-math/bad-steps',
      category: 'usage',
      message: `A judgement cannot be bounded by ${steps} steps.`,
      help: 'Give a whole number from 1, or leave `steps` out.',
    });
  }
  return {
    specificationVersion: 'v1',
    kind: 'scorer',
    id: 'math',
    checkGold({ answer }) {
      const gold = readGold(answer);
      const why = whyUnreadable(gold, steps);
      if (why === undefined) return;
      throw new ThinkbitsError({
        code: 'scorer-math/bad-gold',
        message: `The expected answer ${JSON.stringify(gold.slice(0, 200))} cannot be read: ${why}.`,
        help: 'Correct it, or name another scorer for this problem.',
        details: { answer: gold.slice(0, 200) },
      });
    },
    score({ prediction, answer }) {
      const found = extractAnswer(prediction);
      if (!found) return verdict(null, 'undecided', 'No answer was found.');
      const gold = readGold(answer);
      const whole = compareAnswers(gold, found.text, steps);
      const number = found.how === 'stated' ? onlyNumber(found.text) : undefined;
      if (whole.outcome !== 'undecided' || number === undefined) {
        return verdict(found.text, whole.outcome, `${whole.reason} (${found.how})`);
      }
      const { outcome, reason } = compareAnswers(gold, number, steps);
      return verdict(number, outcome, `${reason} (the number in what is stated)`);
    },
  };
}

/** The number of a sentence that holds exactly one: "she has 42 apples". */
function onlyNumber(sentence: string): string | undefined {
  const [number, ...others] = sentence.match(/-?\d[\d,]*(?:\.\d+)?/g) ?? [];
  return others.length === 0 ? number?.replace(/,$/, '') : undefined;
}

function verdict(
  extracted: string | null,
  outcome: Comparison['outcome'],
  reason: string,
): Verdict {
  return { correct: outcome === 'equal', outcome, extracted, reason };
}

/** The scorer with its default options, see {@link createMathScorer}. */
export const scorer: Scorer = createMathScorer();
