import type { StepBudget } from '../step-budget.js';
import { exactRoot } from './factor.js';
import {
  add,
  type Fraction,
  fromRational,
  fromSum,
  multiply,
  negate,
  rationalOf,
} from './fraction.js';
import { squareRoot } from './power.js';
import {
  addRationals,
  half,
  multiplyRationals,
  negateRational,
  type Rational,
  rational,
} from './rational.js';
import type { Sum } from './sum.js';

/**
 * √(a + b√c) = √((a + d)/2) ± √((a - d)/2) with d = √(a² - b²c), where a and d are rational and a > d; undefined for
 * radicands of another form. The sign is that of b.
 */
export function denestSquareRoot(budget: StepBudget, radicand: Sum): Fraction | undefined {
  const a = radicand.get('')?.coefficient;
  const [surd, ...others] = [...radicand].filter(([key]) => key !== '');
  if (!a || !surd || others.length > 0 || a.numerator <= 0n) return undefined;
  const root = fromSum(new Map([surd]));
  const squared = rationalOf(multiply(budget, root, root));
  if (!squared || squared.numerator <= 0n) return undefined;
  const d = rationalRoot(budget, addRationals(multiplyRationals(a, a), negateRational(squared)));
  if (!d) return undefined;
  const part = (sum: Rational) => squareRoot(budget, fromRational(multiplyRationals(sum, half)));
  const [larger, smaller] = [part(addRationals(a, d)), part(addRationals(a, negateRational(d)))];
  const negative = surd[1].coefficient.numerator < 0n;
  return add(budget, larger, negative ? negate(smaller) : smaller);
}

/** The square root where it is rational. */
function rationalRoot(budget: StepBudget, value: Rational): Rational | undefined {
  if (value.numerator < 0n) return undefined;
  const above = exactRoot(budget, value.numerator, 2);
  const below = exactRoot(budget, value.denominator, 2);
  return above === undefined || below === undefined ? undefined : rational(above, below);
}
