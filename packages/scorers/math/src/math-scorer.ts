import {
  type JsonObject,
  type SynchronousScorer,
  ThinkbitsError,
  type Verdict,
} from '@thinkbits/spec';
import packageJson from '../package.json' with { type: 'json' };
import { compareAnswers, whyUnreadable } from './compare/compare-answers.js';
import { extractAnswer, readGold } from './extract/extract-answer.js';
import { findResults } from './extract/find-results.js';
import { judgeAsPaper } from './judge-as-paper.js';
import {
  type CompleteOptions,
  completeOptions,
  type MathScorerOptions,
  optionsSchema,
} from './options.js';
import { StepBudget } from './step-budget.js';

/**
 * Decides whether the answer in a text equals the expected one: the last box, else what is stated as the answer, else the
 * last formula or number, compared by exact values. Deterministic, bounded by steps, and nothing is evaluated. Verdicts carry
 * the options that were given as their `details`.
 * @throws ThinkbitsError `scorer-math/options`
 */
export function createMathScorer(options: MathScorerOptions = {}): SynchronousScorer {
  const complete = completeOptions(options);
  const given = Object.keys(options).length > 0 && { options: { ...options } as JsonObject };
  const details = given && { details: given };
  return {
    specificationVersion: 'v1',
    kind: 'scorer',
    id: 'math',
    version: packageJson.version,
    ...given,
    optionsSchema,
    withOptions: (others) => createMathScorer(others as MathScorerOptions),
    checkGold({ answer }) {
      const gold = readGold(answer);
      const why = whyUnreadable(gold, new StepBudget(complete.steps));
      if (why === undefined) return;
      throw new ThinkbitsError({
        code: 'scorer-math/bad-gold',
        message: `The expected answer ${JSON.stringify(gold.slice(0, 200))} cannot be read: ${why}.`,
        help: 'Correct it, or name another scorer for this problem.',
        details: { answer: gold.slice(0, 200) },
      });
    },
    equivalent: (a, b) => compareAnswers(a, b, complete).outcome === 'equal',
    reaches(thinking, { answer }) {
      const gold = readGold(answer);
      return findResults(thinking).some(
        (result) => compareAnswers(gold, result, complete).outcome === 'equal',
      );
    },
    score({ prediction, answer, thinking }) {
      const all = thinking && complete.thinking === 'include' ? `${thinking}\n` : '';
      const found = judge(`${all}${prediction}`, readGold(answer), complete);
      return { correct: found.outcome === 'equal', ...found, ...details };
    },
  };
}

type Found = Pick<Verdict, 'outcome' | 'extracted' | 'reason'>;

function judge(text: string, gold: string, options: CompleteOptions): Found {
  if (options.compatibility === 'paper') return judgeAsPaper(text, gold, options);
  const found = extractAnswer(text, options);
  if (!found) return { outcome: 'undecided', extracted: null, reason: 'No answer was found.' };
  const whole = compareAnswers(gold, found.text, options);
  const number = found.how === 'stated' ? onlyNumber(found.text) : undefined;
  const settled =
    whole.outcome === 'equal' || (whole.outcome === 'different' && !isProse(found.text));
  if (settled || number === undefined) {
    return {
      outcome: whole.outcome,
      extracted: found.text,
      reason: `${whole.reason} (${found.how})`,
    };
  }
  const { outcome, reason } = compareAnswers(gold, number, options);
  return { outcome, extracted: number, reason: `${reason} (the number in what is stated)` };
}

/** A number and words that say of what, "3/4 of the pie": short words would be read as products of letters. */
const isProse = (text: string): boolean => /^\W{0,3}\d[\d,./]*(?: [a-z]{2,}){2,}\W*$/i.test(text);

/** The number of a sentence that holds exactly one: "she has 42 apples". */
function onlyNumber(sentence: string): string | undefined {
  const [number, ...others] = sentence.match(/-?\d[\d,]*(?:\.\d+)?(?:\/\d+)?/g) ?? [];
  return others.length === 0 ? number?.replace(/,$/, '') : undefined;
}

/** The scorer with its default options, see {@link createMathScorer}. */
export const scorer: SynchronousScorer = createMathScorer();
