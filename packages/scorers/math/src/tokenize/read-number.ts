import { powerInteger, type Rational, rational } from '../algebra/rational.js';
import type { StepBudget } from '../step-budget.js';
import type { Reading, Token } from './token.js';

/** What may stand between groups of three digits besides a plain comma. */
const separators = /(?:\{,\}|,?\\!|,\\,|\\[,;: ]| )\s*/y;
const repeating = /\\(?:overline|bar|dot)\s*(?:\{(\d{1,50})\}|(\d))/y;
/** Decimals that go on: at their end one digit stands three times or several digits stand twice. */
const goesOn = /^(\d*?)(?:(\d)\2{2,}|(\d{2,20})\3{1,})$/;
const ellipsis = /\s*(?:\.{3}|\\[lc]?dots)/y;

/** The number that begins at `start`, and where it ends. */
export function readNumber(
  budget: StepBudget,
  text: string,
  start: number,
  reading: Reading,
): { readonly token: Token; readonly end: number } {
  let at = start;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) at += match[0].length;
    return match?.slice(1).find((group) => group !== undefined) ?? match?.[0];
  };
  const takeGroup = (): string | undefined => {
    const before = at;
    const comma = reading.thousands && take(/,(?=\d{3}(?!\d))/y) !== undefined;
    const digits = comma || take(separators) !== undefined ? take(/\d{3}(?![\d/])/y) : undefined;
    if (digits === undefined) at = before;
    return digits;
  };
  let whole = take(/\d+/y) ?? '';
  // The first group has one to three digits, all others exactly three.
  if (/^[1-9]\d{0,2}$/.test(whole)) {
    for (let group = takeGroup(); group !== undefined; group = takeGroup()) whole += group;
  }
  const decimals = take(reading.decimalComma ? /[.,]\d+/y : /\.\d*/y);
  let fraction = decimals?.slice(1) ?? '';
  let period = decimals === undefined ? undefined : take(repeating);
  // 0.333… is 1/3.
  const shown = period === undefined ? goesOn.exec(fraction.slice(0, 200)) : null;
  if (shown && take(ellipsis) !== undefined) {
    fraction = shown[1] ?? '';
    period = shown[2] ?? shown[3];
  }
  const exponent = take(/[eE][+-]?\d+(?![.\d]|\s?_)/y);
  const value = decimal(budget, whole, fraction, period, Number(exponent?.slice(1) ?? 0));
  const integer = fraction === '' && period === undefined && exponent === undefined;
  return { token: { kind: 'number', text: text.slice(start, at), value, integer }, end: at };
}

/** whole.fraction(period) · 10^exponent */
function decimal(
  budget: StepBudget,
  whole: string,
  fraction: string,
  period: string | undefined,
  exponent: number,
): Rational {
  const ten = (power: number) => powerInteger(budget, 10n, BigInt(power));
  let numerator = BigInt(`0${whole}${fraction}`);
  let denominator = ten(fraction.length);
  if (period !== undefined) {
    const nines = ten(period.length) - 1n;
    numerator = numerator * nines + BigInt(period);
    denominator *= nines;
  }
  return exponent >= 0
    ? rational(numerator * ten(exponent), denominator)
    : rational(numerator, denominator * ten(-exponent));
}
