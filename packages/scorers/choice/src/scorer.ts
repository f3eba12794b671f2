import { type SynchronousScorer, ThinkbitsError } from '@thinkbits/spec';
import { afterThinking } from '@thinkbits/validation';
import { extractLetter } from './extract-letter.js';

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

/**
 * Reads the chosen letter from the text after the thinking: the last one that a box, "Answer:" or a line of its own marks
 * as the answer, else the only one that the last paragraph emphasizes. Lower case counts, a letter beyond the options
 * does not, prose is never guessed.
 * @throws ThinkbitsError `scorer-choice/bad-gold`
 */
export const scorer: SynchronousScorer = {
  specificationVersion: 'v1',
  kind: 'scorer',
  id: 'choice',
  checkGold({ answer, choices = 4 }) {
    goldLetter(answer, choices);
  },
  score({ prediction, answer, choices = 4 }) {
    const gold = goldLetter(answer, choices);
    const text = afterThinking(prediction);
    const letter = text && extractLetter(text.slice(-longest), choices);
    if (!letter) {
      const reason =
        text === undefined ? 'The thinking never ended.' : 'No letter is marked as the answer.';
      return { correct: false, outcome: 'undecided', extracted: null, reason };
    }
    const correct = letter === gold;
    return {
      correct,
      outcome: correct ? 'equal' : 'different',
      extracted: letter,
      reason: correct ? `Chose ${gold}.` : `Chose ${letter}; expected ${gold}.`,
    };
  },
};
