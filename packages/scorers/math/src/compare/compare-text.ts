import { rationalOf } from '../algebra/fraction.js';
import { bitLength, formatRational, type Rational } from '../algebra/rational.js';
import { constantOf, onlyTerm } from '../algebra/sum.js';
import type { Value } from '../parse/value.js';
import type { MathPolicies } from '../policies.js';
import type { Equality } from './equality.js';

/** Words without case, punctuation and outer brackets. */
const plainWords = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[\s.,;:!?"'()~-]+/g, ' ')
    .trim();

/** Words are equal without regard to case and punctuation. */
export const sameWords = (a: string, b: string): boolean => plainWords(a) === plainWords(b);

/** The letter that a text is or begins with, `(B) 5`. */
const optionOf = (text: string): string | undefined =>
  isLetter(text) ? text : /^\s*\(([A-Za-z])\)/.exec(text)?.[1];

/** Whether a text is one letter, perhaps in brackets. */
const isLetter = (text: string): boolean => /^[a-z]$/.test(plainWords(text));

/** Values of which one at least is prose: `(C)` is the letter C in either case. */
export function compareWords(
  { optionLetterCase }: MathPolicies,
  gold: Value,
  prediction: Value,
): Equality {
  const sameCase = (a: string, b: string): boolean => {
    const letters = [a, b].map((text) => /[a-z]/i.exec(text)?.[0]);
    return optionLetterCase === 'ignore' || !isLetter(a) || letters[0] === letters[1];
  };
  if (gold.kind === 'text' && prediction.kind === 'text') {
    const [a, b] = [gold, prediction].map(({ text }) => optionOf(text));
    // "(B) 5" is option B with what it says.
    const options =
      a !== undefined && b !== undefined && isLetter(gold.text) !== isLetter(prediction.text);
    const [x, y] = options ? [a, b] : [gold.text, prediction.text];
    return sameWords(x, y) && sameCase(x, y);
  }
  const [text, other] = gold.kind === 'text' ? [gold, prediction] : [prediction, gold];
  const [letter, symbol] = [textOf(text) ?? '', textOf(other) ?? ''];
  if (isLetter(letter) && isLetter(symbol)) {
    return sameWords(letter, symbol) && sameCase(letter, symbol);
  }
  // Prose in place of a value may still mean it.
  return gold.kind === 'text' ? false : undefined;
}

const isOne = ({ numerator, denominator }: Rational): boolean =>
  numerator === 1n && denominator === 1n;

/** Whether a number may have been written with its digits: no answer is long enough for more than 2^14 bits. */
const isWritten = ({ numerator, denominator }: Rational): boolean =>
  bitLength(numerator) + bitLength(denominator) <= 2 ** 14;

/** A value as it would be written in one word: prose, a symbol, a number that has no more digits than an answer. */
export function textOf(value: Value): string | undefined {
  if (value.kind === 'text') return value.text;
  if (value.kind !== 'expression' || value.unit !== undefined) return undefined;
  const number = rationalOf(value.value);
  if (number) return isWritten(number) ? formatRational(number) : undefined;
  const term = constantOf(value.value.denominator) && onlyTerm(value.value.numerator);
  const [factor, ...others] = term?.factors ?? [];
  if (!term || !factor || others.length > 0) return undefined;
  const plain = isOne(term.coefficient) && isOne(factor[1]);
  return plain ? factor[0].key.replaceAll(/[[\]]/g, '') : undefined;
}
