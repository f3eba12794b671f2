import type { StepBudget } from '../step-budget.js';
import { euler, imaginaryUnit, pi } from './atoms.js';
import {
  add,
  type Fraction,
  fractionKey,
  fromAtom,
  fromInteger,
  fromRational,
  fromSum,
  multiply,
  rationalOf,
} from './fraction.js';
import { naturalLogarithm } from './functions.js';
import { power } from './power.js';
import { constantOf, factorsKey, type Sum, sumKey, type Term } from './sum.js';
import { cosineOf, sineOf } from './trigonometry.js';

/**
 * base^exponent with what logarithms and angles make of it: e^(ln 5) is 5, 10^(log 7) is 7, e^(iπ) is -1; anything else as
 * {@link power} has it.
 */
export function generalPower(budget: StepBudget, base: Fraction, exponent: Fraction): Fraction {
  const terms = rationalOf(exponent)
    ? []
    : [...(exponentOfE(budget, base, exponent)?.values() ?? [])];
  const special = terms.some((term) => isTurn(term) || logarithmIn(term));
  if (!special) return power(budget, base, exponent);
  return terms.reduce<Fraction>(
    (product, term) => multiply(budget, product, exponentialOf(budget, term)),
    fromInteger(1),
  );
}

/** The sum x with base^exponent = e^x, where the base is e or a positive number. */
function exponentOfE(budget: StepBudget, base: Fraction, exponent: Fraction): Sum | undefined {
  if (fractionKey(base) === fractionKey(fromAtom(euler))) {
    return constantOf(exponent.denominator) && exponent.numerator;
  }
  const number = rationalOf(base);
  if (!number || number.numerator <= 0n) return undefined;
  const logarithm = naturalLogarithm(budget, base);
  // (a / ln b) · ln b, also where ln b is a sum over several primes.
  if (sumKey(exponent.denominator) === sumKey(logarithm.numerator)) return exponent.numerator;
  const product = multiply(budget, exponent, logarithm);
  return constantOf(product.denominator) && product.numerator;
}

/** c·i·π */
const isTurn = ({ factors }: Term): boolean =>
  factorsKey(factors) === `${imaginaryUnit.key}·${pi.key}`;

/** The factor ln v of a term. */
const logarithmIn = ({ factors }: Term) =>
  factors.find(([atom, { numerator, denominator }]) => {
    return atom.applied?.name === 'ln' && numerator === 1n && denominator === 1n;
  });

function exponentialOf(budget: StepBudget, term: Term): Fraction {
  const { coefficient, factors } = term;
  if (isTurn(term)) {
    const angle = multiply(budget, fromRational(coefficient), fromAtom(pi));
    const imaginary = multiply(budget, fromAtom(imaginaryUnit), sineOf(budget, angle));
    return add(budget, cosineOf(budget, angle), imaginary);
  }
  const logarithm = logarithmIn(term);
  const rest = factors.filter((factor) => factor !== logarithm);
  const exponent = fromSum(new Map([[factorsKey(rest), { coefficient, factors: rest }]]));
  // e^(c ln v) = v^c
  return power(budget, logarithm?.[0].applied?.value ?? fromAtom(euler), exponent);
}
