import {
  type JsonSchema,
  type SynchronousScorer,
  ThinkbitsError,
  type Verdict,
} from '@thinkbits/spec';
import { afterThinking, validate } from '@thinkbits/validation';
import packageJson from '../package.json' with { type: 'json' };
import { extractLetter } from './extract-letter.js';
import { letterAsPaper } from './letter-as-paper.js';

/** Options of {@link createChoiceScorer}. */
export interface ChoiceScorerOptions {
  /**
   * `paper`: takes the letter that the study's own grader takes, from the whole generation (lighteval 0.8.0; evaluation.md
   * §1.6), so that published figures can be made again.
   */
  readonly compatibility?: 'none' | 'paper';
}

const optionsSchema: JsonSchema = {
  title: 'choice scorer options',
  type: 'object',
  additionalProperties: false,
  properties: { compatibility: { enum: ['none', 'paper'] } },
};

/** Longer texts are read from their end alone: an answer stands last. */
const longest = 100_000;

/** The expected letter, also where it is written "(C)". */
function goldLetter(answer: string, choices: number): string {
  const letter = /^\s*\(?([A-Za-z])\)?[.)]?\s*$/.exec(answer)?.[1]?.toUpperCase();
  if (letter !== undefined && letter.charCodeAt(0) - 64 <= choices) return letter;
  throw new ThinkbitsError({
    code: 'scorer-choice/bad-gold',
    message: `The expected answer ${JSON.stringify(answer)} is not one of ${choices} letters.`,
    help: 'Give a letter within the number of `choices`.',
  });
}

type Found = Pick<Verdict, 'outcome' | 'extracted' | 'reason'>;

function judge(letter: string | undefined, gold: string, unread: string): Found {
  if (letter === undefined) return { outcome: 'undecided', extracted: null, reason: unread };
  return letter === gold
    ? { outcome: 'equal', extracted: letter, reason: `Chose ${gold}.` }
    : { outcome: 'different', extracted: letter, reason: `Chose ${letter}; expected ${gold}.` };
}

/**
 * Reads the chosen letter from the text after the thinking: the last one that a box, "Answer:" or a line of its own marks
 * as the answer, else the only one that the last paragraph emphasizes. Lower case counts, a letter beyond the options
 * does not, prose is never guessed. Verdicts carry the options that were given as their `details`.
 * @throws ThinkbitsError `scorer-choice/bad-gold`, `scorer-choice/options`
 */
export function createChoiceScorer(options: ChoiceScorerOptions = {}): SynchronousScorer {
  const { compatibility } = validate<ChoiceScorerOptions>(optionsSchema, options, 'choice scorer', {
    code: 'scorer-choice/options',
  });
  const given = Object.keys(options).length > 0 && { options: { ...options } };
  const details = given && { details: given };
  return {
    specificationVersion: 'v1',
    kind: 'scorer',
    id: 'choice',
    version: packageJson.version,
    ...given,
    optionsSchema,
    withOptions: (others) => createChoiceScorer(others as ChoiceScorerOptions),
    checkGold({ answer, choices = 4 }) {
      goldLetter(answer, choices);
    },
    score({ prediction, answer, thinking, choices = 4 }) {
      const gold = goldLetter(answer, choices);
      if (compatibility === 'paper') {
        const generation = `${thinking ? `${thinking}\n` : ''}${prediction}`.slice(-longest);
        const found = judge(letterAsPaper(generation, choices), gold, 'There is no letter.');
        return { correct: found.outcome === 'equal', ...found, ...details };
      }
      const text = afterThinking(prediction);
      const letter = text === undefined ? text : extractLetter(text.slice(-longest), choices);
      const unread =
        text === undefined ? 'The thinking never ended.' : 'No letter is marked as the answer.';
      const found = judge(letter, gold, unread);
      return { correct: found.outcome === 'equal', ...found, ...details };
    },
  };
}

/** The scorer with its default options, see {@link createChoiceScorer}. */
export const scorer: SynchronousScorer = createChoiceScorer();
