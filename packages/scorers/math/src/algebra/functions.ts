import { type StepBudget, Unreadable } from '../step-budget.js';
import { euler } from './atoms.js';
import { complex, logarithm, modulus } from './complex.js';
import { factorInteger } from './factor.js';
import {
  add,
  approximateReal,
  type Fraction,
  fromInteger,
  fromRational,
  multiply,
  negate,
  rationalOf,
  subtract,
} from './fraction.js';
import { isNegative, opaque } from './opaque.js';
import { bitLength, floorRational } from './rational.js';
import { constantOf, onlyTerm } from './sum.js';

/**
 * Natural logarithm: of positive numbers a sum over primes, of powers of e their exponent.
 * @throws Unreadable of numbers that are not positive
 */
export function naturalLogarithm(budget: StepBudget, value: Fraction): Fraction {
  const number = rationalOf(value);
  if (number) {
    if (number.numerator <= 0n) throw new Unreadable('the logarithm of a number not above zero');
    const above = logarithmOfInteger(budget, number.numerator);
    return subtract(budget, above, logarithmOfInteger(budget, number.denominator));
  }
  const term = constantOf(value.denominator) && onlyTerm(value.numerator);
  const [factor] = term?.factors ?? [];
  const positive = term && term.coefficient.numerator > 0n;
  if (positive && term.factors.length === 1 && factor?.[0].key === euler.key) {
    const coefficient = naturalLogarithm(budget, fromRational(term.coefficient));
    return add(budget, coefficient, fromRational(factor[1]));
  }
  return opaque('ln', value, logarithm);
}

function logarithmOfInteger(budget: StepBudget, value: bigint): Fraction {
  let total = fromInteger(0);
  for (const { base, exponent } of factorInteger(budget, value)) {
    const own = opaque('ln', fromInteger(base), logarithm);
    total = add(budget, total, multiply(budget, fromInteger(exponent), own));
  }
  return total;
}

/** |x|; exact for real numbers with a clear sign, an even function of anything else. */
export function absoluteOf(value: Fraction): Fraction {
  const size = approximateReal(value);
  if (Math.abs(size) > 1e-9 || value.numerator.size === 0) return size < 0 ? negate(value) : value;
  const even = isNegative(value) ? negate(value) : value;
  return opaque('abs', even, (x) => complex(modulus(x)));
}

/**
 * The largest integer not above a real number.
 * @throws Unreadable where that is not clear
 */
export function floorOf(value: Fraction): Fraction {
  const exact = rationalOf(value);
  if (exact) return fromInteger(floorRational(exact));
  const size = approximateReal(value);
  const clear = Math.abs(size) < 1e9 && Math.abs(size - Math.round(size)) > 1e-6;
  if (!clear) throw new Unreadable('rounding of something that is not clearly a number');
  return fromInteger(Math.floor(size));
}

/** n! of an integer from 0. */
export function factorialOf(budget: StepBudget, value: Fraction): Fraction {
  return fromInteger(productOfRange(budget, 1n, naturalNumber(value)));
}

/** n choose k of integers from 0. */
export function binomialOf(budget: StepBudget, above: Fraction, below: Fraction): Fraction {
  const [n, k] = [naturalNumber(above), naturalNumber(below)];
  if (k > n) return fromInteger(0);
  const fewer = 2n * k < n ? k : n - k;
  const product = productOfRange(budget, n - fewer + 1n, n);
  return fromInteger(product / productOfRange(budget, 1n, fewer));
}

function productOfRange(budget: StepBudget, first: bigint, last: bigint): bigint {
  let product = 1n;
  for (let factor = first; factor <= last; factor += 1n) {
    budget.spend(1 + bitLength(product) / 64);
    product *= factor;
  }
  return product;
}

function naturalNumber(value: Fraction): bigint {
  const number = rationalOf(value);
  if (number?.denominator !== 1n || number.numerator < 0n) {
    throw new Unreadable('a factorial or binomial of something that is no natural number');
  }
  return number.numerator;
}
