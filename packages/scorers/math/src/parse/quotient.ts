import { divide, type Fraction, rationalOf } from '../algebra/fraction.js';
import { rational } from '../algebra/rational.js';
import type { Reader } from './reader.js';

/** above / below; notes where both are integers with a common divisor. */
export function quotient(reader: Reader, above: Fraction, below: Fraction): Fraction {
  const [numerator, denominator] = [rationalOf(above), rationalOf(below)];
  if (numerator?.denominator === 1n && denominator?.denominator === 1n) {
    const size = denominator.numerator < 0n ? -denominator.numerator : denominator.numerator;
    const reduced = size === 0n || rational(numerator.numerator, size).denominator === size;
    if (!reduced) reader.notes.unreduced = true;
  }
  return divide(reader.budget, above, below);
}
