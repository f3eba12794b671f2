import type { StepBudget } from '../step-budget.js';
import { euler, pi } from './atoms.js';
import { modulus } from './complex.js';
import { type Fraction, fractionKey } from './fraction.js';
import {
  addSums,
  approximateSum,
  atomsOf,
  multiplySums,
  negateSum,
  type Sum,
  writingCost,
} from './sum.js';

/** Whether a sum is zero: true and false are proved, undefined is not known. */
export function isZero(sum: Sum): boolean | undefined {
  if (sum.size === 0) return true;
  const atoms = atomsOf(sum);
  // e is transcendental: alone with roots and symbols it is independent of them.
  const transcendental = atoms.some(({ key }) => key === pi.key) ? undefined : euler.key;
  if (atoms.every(({ key, independent }) => independent || key === transcendental)) return false;
  // Not a normal form any more: a clear difference in double precision disproves, nothing proves.
  const { value, size } = approximateSum(sum);
  return modulus(value) > 1e-9 * size ? false : undefined;
}

/** Whether a = b: true and false are proved, undefined is not known. */
export function equalFractions(budget: StepBudget, a: Fraction, b: Fraction): boolean | undefined {
  for (const sum of [a.numerator, a.denominator, b.numerator, b.denominator]) {
    budget.spend(writingCost(sum));
  }
  if (fractionKey(a) === fractionKey(b)) return true;
  const left = multiplySums(budget, a.numerator, b.denominator);
  const right = multiplySums(budget, b.numerator, a.denominator);
  return isZero(addSums(budget, left, negateSum(right)));
}
