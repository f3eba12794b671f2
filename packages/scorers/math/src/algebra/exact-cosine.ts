import type { StepBudget } from '../step-budget.js';
import {
  add,
  divide,
  type Fraction,
  fromInteger,
  fromRational,
  multiply,
  negate,
} from './fraction.js';
import { squareRoot } from './power.js';
import { floorRational, type Rational, rational } from './rational.js';

/** (a + b√c) / 4, or √ of it where `root` says so, by r for cos(rπ), r in [0, 1/2]. */
interface Form {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly root?: true;
}

/** Multiples of π/12 and π/10; at π/8 and 3π/8 cos² = (2 ± √2)/4, at π/10 cos² = (5 + √5)/8. */
const forms: ReadonlyMap<string, Form> = new Map([
  ['0/1', { a: 4, b: 0, c: 1 }],
  ['1/6', { a: 0, b: 2, c: 3 }],
  ['1/5', { a: 1, b: 1, c: 5 }],
  ['1/4', { a: 0, b: 2, c: 2 }],
  ['1/3', { a: 2, b: 0, c: 1 }],
  ['2/5', { a: -1, b: 1, c: 5 }],
  ['1/2', { a: 0, b: 0, c: 1 }],
  ['1/8', { a: 2, b: 1, c: 2, root: true }],
  ['3/8', { a: 2, b: -1, c: 2, root: true }],
  ['1/10', { a: 2.5, b: 0.5, c: 5, root: true }],
  ['3/10', { a: 2.5, b: -0.5, c: 5, root: true }],
]);

/** cos(rπ) where it is known in closed form. */
export function exactCosine(budget: StepBudget, turns: Rational): Fraction | undefined {
  // Into [0, 2) by cos(r + 2) = cos(r), into [0, 1] by cos(2 - r) = cos(r), into [0, 1/2] by cos(1 - r) = -cos(r).
  const whole = 2n * floorRational(rational(turns.numerator, 2n * turns.denominator));
  let r = rational(turns.numerator - whole * turns.denominator, turns.denominator);
  if (r.numerator > r.denominator) r = rational(2n * r.denominator - r.numerator, r.denominator);
  const negative = 2n * r.numerator > r.denominator;
  if (negative) r = rational(r.denominator - r.numerator, r.denominator);
  const value = firstQuadrant(budget, r);
  return value && negative ? negate(value) : value;
}

function firstQuadrant(budget: StepBudget, r: Rational): Fraction | undefined {
  // cos(π/12), cos(5π/12) = (√6 ± √2)/4
  if (r.denominator === 12n) {
    const root = squareRoot(budget, fromInteger(2));
    const other = squareRoot(budget, fromInteger(6));
    const sum = add(budget, other, r.numerator === 1n ? root : negate(root));
    return divide(budget, sum, fromInteger(4));
  }
  const form = forms.get(`${r.numerator}/${r.denominator}`);
  if (!form) return undefined;
  const quarter = (x: number) => fromRational(rational(BigInt(2 * x), 8n));
  const radical = multiply(budget, quarter(form.b), squareRoot(budget, fromInteger(form.c)));
  const value = add(budget, quarter(form.a), radical);
  return form.root ? squareRoot(budget, value) : value;
}
