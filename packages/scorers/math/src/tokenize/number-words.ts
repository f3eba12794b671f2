import { multiplyRationals, type Rational, rational } from '../algebra/rational.js';

const small =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const tens = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const parts: ReadonlyMap<string, bigint> = new Map([
  ['half', 2n],
  ['halve', 2n],
  ['third', 3n],
  ['fourth', 4n],
  ['quarter', 4n],
  ['fifth', 5n],
  ['sixth', 6n],
  ['seventh', 7n],
  ['eighth', 8n],
  ['ninth', 9n],
  ['tenth', 10n],
]);

/** Words that multiply the number before them. */
export const scales: ReadonlyMap<string, bigint> = new Map([
  ['hundred', 100n],
  ['thousand', 1000n],
  ['million', 10n ** 6n],
  ['billion', 10n ** 9n],
  ['trillion', 10n ** 12n],
]);

/** A number in words and how many characters it takes. */
export interface WordNumber {
  readonly value: Rational;
  readonly length: number;
}

/** The English number that a text begins with: `five`, `forty-two`, `one hundred and five`, `three-fourths`. */
export function readNumberWords(text: string): WordNumber | undefined {
  let [sum, group, length] = [0n, 0n, 0];
  let previous = 0n;
  for (const { 0: word, index } of text.slice(0, 200).matchAll(/[A-Za-z]+/g)) {
    const gap = text.slice(length, index);
    const joined = index === 0 || /^(?:\s{1,3}|-)(?:and\s)?$/.test(gap);
    if (!joined) break;
    const lower = word.toLowerCase();
    if (lower === 'and') continue;
    const value = smallNumber(lower);
    const scale = scales.get(lower);
    if (value !== undefined) {
      // "twenty two" is one number, "two twenty" are two.
      const fits = previous === 0n || (previous >= 20n && value < 10n && value > 0n);
      if (!fits) break;
      group += value;
      previous = previous === 0n && value >= 20n ? value : 1n;
    } else if (scale !== undefined && length > 0) {
      if (scale === 100n) group *= scale;
      else [sum, group] = [sum + group * scale, 0n];
      previous = 0n;
    } else {
      return length > 0 ? orPart(text, length, sum + group) : undefined;
    }
    length = index + word.length;
  }
  return length > 0 ? { value: rational(sum + group), length } : undefined;
}

function smallNumber(word: string): bigint | undefined {
  if (small.includes(word)) return BigInt(small.indexOf(word));
  const ten = tens.indexOf(word);
  return ten < 0 ? undefined : BigInt((ten + 2) * 10);
}

/** `three` followed by `-fourths` is 3/4. */
function orPart(text: string, length: number, count: bigint): WordNumber {
  const match = /^[\s-]([a-z]+?)s?(?![a-z])/i.exec(text.slice(length, length + 20));
  const denominator = parts.get(match?.[1]?.toLowerCase() ?? '');
  if (!match || denominator === undefined) return { value: rational(count), length };
  const value = multiplyRationals(rational(count), rational(1n, denominator));
  return { value, length: length + match[0].length };
}
