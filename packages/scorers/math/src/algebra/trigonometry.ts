import type { StepBudget } from '../step-budget.js';
import { describedAtom } from './atoms.js';
import { cosine, sine } from './complex.js';
import { exactCosine } from './exact-cosine.js';
import {
  add,
  approximate,
  divide,
  type Fraction,
  fractionKey,
  fromAtom,
  fromSum,
  multiply,
  negate,
  subtract,
} from './fraction.js';
import { isNegative, opaque } from './opaque.js';
import { squareRoot } from './power.js';
import { type Rational, rational, zero } from './rational.js';
import {
  addSums,
  constantOf,
  factorsKey,
  multiplySums,
  negateSum,
  oneSum,
  onlyTerm,
  type Term,
} from './sum.js';

/** cos and sin of one angle. */
interface CosineAndSine {
  readonly cos: Fraction;
  readonly sin: Fraction;
}

/** Sums of more terms, and larger multiples of one, are not taken apart. */
const mostTerms = 4;
const largestMultiple = 8n;

export const cosineOf = (budget: StepBudget, angle: Fraction): Fraction =>
  cosineAndSine(budget, angle).cos;

export const sineOf = (budget: StepBudget, angle: Fraction): Fraction =>
  cosineAndSine(budget, angle).sin;

/**
 * Exact where the angle is a multiple of π with a known cosine; else by the addition theorems in terms of the smallest
 * angles, so that sin 2x is 2 sin x cos x and cos(π - x) is -cos x.
 */
function cosineAndSine(budget: StepBudget, angle: Fraction): CosineAndSine {
  const turns = multiplesOfPi(angle);
  const exact = turns && exactly(budget, turns);
  if (exact) return exact;
  const terms = [...angle.numerator.values()];
  if (!constantOf(angle.denominator) || terms.length > mostTerms) {
    return ofSmallestAngle(budget, angle);
  }
  const parts = terms.map((term) => ofTerm(budget, term));
  return parts.reduce((a, b) => addAngles(budget, a, b));
}

/** cos(a + b) = cos a cos b - sin a sin b, sin(a + b) = sin a cos b + cos a sin b. */
function addAngles(budget: StepBudget, a: CosineAndSine, b: CosineAndSine): CosineAndSine {
  const times = (x: Fraction, y: Fraction) => multiply(budget, x, y);
  return {
    cos: subtract(budget, times(a.cos, b.cos), times(a.sin, b.sin)),
    sin: add(budget, times(a.sin, b.cos), times(a.cos, b.sin)),
  };
}

/** Of c·m, by the angle m / q where c = p / q. */
function ofTerm(budget: StepBudget, { coefficient, factors }: Term): CosineAndSine {
  const exact = factorsKey(factors) === 'π' ? exactly(budget, coefficient) : undefined;
  if (exact) return exact;
  const multiple = coefficient.numerator < 0n ? -coefficient.numerator : coefficient.numerator;
  const own = multiple <= largestMultiple ? multiple : 1n;
  const smallest = { numerator: coefficient.numerator / own, denominator: coefficient.denominator };
  const term = { coefficient: smallest, factors };
  const unit = ofSmallestAngle(budget, fromSum(new Map([[factorsKey(factors), term]])));
  let result = unit;
  for (let times = 1n; times < own; times += 1n) result = addAngles(budget, result, unit);
  return result;
}

/** cos is even, sin is odd, and sin² is written 1 - cos². */
function ofSmallestAngle(budget: StepBudget, angle: Fraction): CosineAndSine {
  const inverted = ofInverse(budget, angle);
  if (inverted) return inverted;
  if (isNegative(angle)) {
    const { cos, sin } = ofSmallestAngle(budget, negate(angle));
    return { cos, sin: negate(sin) };
  }
  const cos = opaque('cos', angle, cosine);
  const squared = multiplySums(budget, cos.numerator, cos.numerator);
  const carry = { order: 2, carried: addSums(budget, oneSum, negateSum(squared)) };
  const value = () => sine(approximate(angle));
  const applied = { name: 'sin', value: angle };
  const sin = describedAtom(`sin(${fractionKey(angle)})`, value, { carry, applied });
  return { cos, sin: fromAtom(sin) };
}

/** Of arcsin v: √(1 - v²) and v; of arctan v: 1/√(1 + v²) and v/√(1 + v²). */
function ofInverse(budget: StepBudget, angle: Fraction): CosineAndSine | undefined {
  const term = constantOf(angle.denominator) && onlyTerm(angle.numerator);
  const [factor, ...others] = term?.factors ?? [];
  const { name, value } = factor?.[0].applied ?? {};
  const alone = others.length === 0 && term && term.coefficient.denominator === 1n;
  if (!alone || !value || term.coefficient.numerator !== 1n) return undefined;
  const one = fromSum(oneSum);
  const square = multiply(budget, value, value);
  if (name === 'arcsin') {
    return { cos: squareRoot(budget, subtract(budget, one, square)), sin: value };
  }
  if (name !== 'arctan') return undefined;
  const cos = divide(budget, one, squareRoot(budget, add(budget, one, square)));
  return { cos, sin: multiply(budget, value, cos) };
}

/** r where the angle is rπ with a rational r. */
function multiplesOfPi(angle: Fraction): Rational | undefined {
  if (angle.numerator.size === 0) return zero;
  const term = constantOf(angle.denominator) && onlyTerm(angle.numerator);
  return term && factorsKey(term.factors) === 'π' ? term.coefficient : undefined;
}

function exactly(budget: StepBudget, turns: Rational): CosineAndSine | undefined {
  const cos = exactCosine(budget, turns);
  // sin(rπ) = cos((1/2 - r)π)
  const mirrored = rational(turns.denominator - 2n * turns.numerator, 2n * turns.denominator);
  const sin = exactCosine(budget, mirrored);
  return cos && sin && { cos, sin };
}

/** Where sin and cos stand in a quotient: tan = sin/cos, sec = 1/cos, … */
const quotients: { readonly [name: string]: readonly ['sin' | 'cos' | '1', 'sin' | 'cos'] } = {
  tan: ['sin', 'cos'],
  cot: ['cos', 'sin'],
  sec: ['1', 'cos'],
  csc: ['1', 'sin'],
};

/** tan, cot, sec, csc as quotients of sin and cos. */
export function trigonometricQuotient(
  budget: StepBudget,
  name: string,
  angle: Fraction,
): Fraction | undefined {
  const parts = Object.hasOwn(quotients, name) ? quotients[name] : undefined;
  if (!parts) return undefined;
  const values = { ...cosineAndSine(budget, angle), 1: fromSum(oneSum) };
  return divide(budget, values[parts[0]], values[parts[1]]);
}
