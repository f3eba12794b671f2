import { type Scorer, ThinkbitsError } from '@thinkbits/spec';
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
 * Reads the chosen letter: the last one that is marked as the answer, by "Answer:", a box, bold or brackets on a line of its own.
 * Lower case counts; a letter beyond the options does not; prose is never guessed.
 * @throws ThinkbitsError `scorer-choice/bad-gold`
 */
export const scorer: Scorer = {
  specificationVersion: 'v1',
  kind: 'scorer',
  id: 'choice',
  score({ prediction, answer, choices = 4 }) {
    const gold = goldLetter(answer, choices);
    const found = extractLetter(prediction.slice(-longest), choices);
    if (!found) {
      return {
        correct: false,
        outcome: 'undecided',
        extracted: null,
        reason: 'No letter is marked as the answer.',
      };
    }
    const correct = found.letter === gold;
    return {
      correct,
      outcome: correct ? 'equal' : 'different',
      extracted: found.letter,
      reason: correct ? `Chose ${gold}.` : `Chose ${found.letter}; expected ${gold}.`,
    };
  },
};
