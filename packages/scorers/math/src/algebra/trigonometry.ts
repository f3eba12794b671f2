import type { StepBudget } from '../step-budget.js';
import { describedAtom } from './atoms.js';
import { cosine, sine } from './complex.js';
import {
  approximate,
  divide,
  type Fraction,
  fractionKey,
  fromAtom,
  fromInteger,
  negate,
} from './fraction.js';
import { isNegative, opaque } from './opaque.js';
import { squareRoot } from './power.js';
import { floorRational, type Rational, rational, zero } from './rational.js';
import {
  addSums,
  constantOf,
  factorsKey,
  multiplySums,
  negateSum,
  oneSum,
  onlyTerm,
} from './sum.js';

/** cos; exact at multiples of π/6 and π/4, even elsewhere. */
export function cosineOf(budget: StepBudget, angle: Fraction): Fraction {
  const turns = multiplesOfPi(angle);
  const exact = turns && exactCosine(budget, turns);
  return exact ?? opaque('cos', isNegative(angle) ? negate(angle) : angle, cosine);
}

/** sin; exact at multiples of π/6 and π/4, odd elsewhere, and sin² is written 1 - cos². */
export function sineOf(budget: StepBudget, angle: Fraction): Fraction {
  const turns = multiplesOfPi(angle);
  // sin(rπ) = cos((1/2 - r)π)
  const mirrored =
    turns && rational(turns.denominator - 2n * turns.numerator, 2n * turns.denominator);
  const exact = mirrored && exactCosine(budget, mirrored);
  if (exact) return exact;
  if (isNegative(angle)) return negate(sineOf(budget, negate(angle)));
  const cos = opaque('cos', angle, cosine).numerator;
  const carried = addSums(budget, oneSum, negateSum(multiplySums(budget, cos, cos)));
  const carry = { order: 2, carried };
  const value = () => sine(approximate(angle));
  return fromAtom(describedAtom(`sin(${fractionKey(angle)})`, value, { carry }));
}

/** r where the angle is rπ with a rational r. */
function multiplesOfPi(angle: Fraction): Rational | undefined {
  if (angle.numerator.size === 0) return zero;
  const term = constantOf(angle.denominator) && onlyTerm(angle.numerator);
  return term && factorsKey(term.factors) === 'π' ? term.coefficient : undefined;
}

/** 4 cos²(rπ) by r. */
const quadrupledSquares = new Map([
  ['0/1', 4],
  ['1/6', 3],
  ['1/4', 2],
  ['1/3', 1],
  ['1/2', 0],
]);

function exactCosine(budget: StepBudget, turns: Rational): Fraction | undefined {
  // Into [0, 2) by cos(r + 2) = cos(r), into [0, 1] by cos(2 - r) = cos(r), into [0, 1/2] by cos(1 - r) = -cos(r).
  const whole = 2n * floorRational(rational(turns.numerator, 2n * turns.denominator));
  let r = rational(turns.numerator - whole * turns.denominator, turns.denominator);
  if (r.numerator > r.denominator) r = rational(2n * r.denominator - r.numerator, r.denominator);
  const negative = 2n * r.numerator > r.denominator;
  if (negative) r = rational(r.denominator - r.numerator, r.denominator);
  const quadrupled = quadrupledSquares.get(`${r.numerator}/${r.denominator}`);
  if (quadrupled === undefined) return undefined;
  const value = divide(budget, squareRoot(budget, fromInteger(quadrupled)), fromInteger(2));
  return negative ? negate(value) : value;
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
  const parts = quotients[name];
  if (!parts) return undefined;
  const [above, below] = parts.map((part) => {
    if (part === '1') return { numerator: oneSum, denominator: oneSum };
    return part === 'sin' ? sineOf(budget, angle) : cosineOf(budget, angle);
  });
  return divide(budget, above as Fraction, below as Fraction);
}
