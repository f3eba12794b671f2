import type { StepBudget } from '../step-budget.js';

/** An exact fraction in lowest terms with a positive denominator. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export const zero: Rational = { numerator: 0n, denominator: 1n };
export const one: Rational = { numerator: 1n, denominator: 1n };
export const minusOne: Rational = { numerator: -1n, denominator: 1n };
export const half: Rational = { numerator: 1n, denominator: 2n };

/** Number of bits, rounded up to whole hexadecimal digits. */
export function bitLength(value: bigint): number {
  return (value < 0n ? -value : value).toString(16).length * 4;
}

/** Steps of one multiplication, division or writing in decimal of an integer of so many bits, as taught at school. */
export function longOperationCost(bits: number): number {
  const words = bits / 64;
  return words + (words / 8) ** 2;
}

/** The greatest common divisor, not negative; of 0 and a it is |a|. */
export function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** numerator / denominator in lowest terms; the denominator must not be zero. */
export function rational(numerator: bigint, denominator = 1n): Rational {
  if (denominator === 1n) return { numerator, denominator };
  const sign = denominator < 0n ? -1n : 1n;
  const divisor = greatestCommonDivisor(numerator, denominator) * sign;
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

export function addRationals(a: Rational, b: Rational): Rational {
  const numerator = a.numerator * b.denominator + b.numerator * a.denominator;
  return rational(numerator, a.denominator * b.denominator);
}

export function multiplyRationals(a: Rational, b: Rational): Rational {
  if (a.denominator === 1n && b.denominator === 1n) return rational(a.numerator * b.numerator);
  // Both being in lowest terms, only crosswise something is left to cancel.
  const left = greatestCommonDivisor(a.numerator, b.denominator);
  const right = greatestCommonDivisor(b.numerator, a.denominator);
  return {
    numerator: (a.numerator / left) * (b.numerator / right),
    denominator: (a.denominator / right) * (b.denominator / left),
  };
}

export function negateRational(a: Rational): Rational {
  return { numerator: -a.numerator, denominator: a.denominator };
}

/** 1 / a; a must not be zero. */
export function invertRational(a: Rational): Rational {
  return a.numerator < 0n
    ? { numerator: -a.denominator, denominator: -a.numerator }
    : { numerator: a.denominator, denominator: a.numerator };
}

/**
 * Steps that bringing a·b or a + b to lowest terms takes beyond what any arithmetic does: of numbers longer than half a word
 * Euclid's algorithm needs a division for about every second bit.
 */
export function reductionCost(a: Rational, b: Rational): number {
  if (a.denominator === 1n && b.denominator === 1n) return 0;
  const words = (bitLength(a.denominator) + bitLength(b.denominator)) / 64;
  return words <= 1 ? 0 : 20 * words + words ** 2 / 2;
}

/** Negative, zero or positive as a is less than, equal to or greater than b. */
export function compareRationals(a: Rational, b: Rational): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The largest integer that is not above a. */
export function floorRational(a: Rational): bigint {
  const quotient = a.numerator / a.denominator;
  return a.numerator < 0n && quotient * a.denominator !== a.numerator ? quotient - 1n : quotient;
}

/** The nearest double; ±Infinity or 0 where it is out of range. */
export function approximateRational(a: Rational): number {
  const [above, below] = [bitLength(a.numerator), bitLength(a.denominator)];
  if (above < 1000 && below < 1000) return Number(a.numerator) / Number(a.denominator);
  // Beyond the range of doubles: 64 significant bits of the quotient, then the power of two.
  const shift = above - below - 64;
  const quotient =
    shift >= 0
      ? a.numerator / (a.denominator << BigInt(shift))
      : (a.numerator << BigInt(-shift)) / a.denominator;
  return Number(quotient) * 2 ** shift;
}

export function formatRational(a: Rational): string {
  return a.denominator === 1n ? `${a.numerator}` : `${a.numerator}/${a.denominator}`;
}

/** base^exponent for a non-negative integer exponent. */
export function powerInteger(budget: StepBudget, base: bigint, exponent: bigint): bigint {
  if (base === 0n || base === 1n) return exponent === 0n ? 1n : base;
  if (base === -1n) return exponent % 2n === 0n ? 1n : -1n;
  // The last squaring dominates.
  budget.spend(1 + longOperationCost(bitLength(base) * Number(exponent)));
  return base ** exponent;
}
