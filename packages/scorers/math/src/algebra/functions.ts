import { type StepBudget, Unreadable } from '../step-budget.js';
import { euler } from './atoms.js';
import { complex, logarithm, modulus } from './complex.js';
import { partsOf } from './conjugate.js';
import { factorInteger } from './factor.js';
import {
  add,
  approximateReal,
  divide,
  type Fraction,
  fromAtom,
  fromInteger,
  fromRational,
  isSymbolic,
  multiply,
  negate,
  rationalOf,
  subtract,
} from './fraction.js';
import { gamma } from './gamma.js';
import { isNegative, opaque } from './opaque.js';
import { squareRoot } from './power.js';
import { bitLength, floorRational, longOperationCost } from './rational.js';
import { type Atom, constantOf, onlyTerm } from './sum.js';

/**
 * Natural logarithm: of positive numbers a sum over primes, of products of positive values a sum over them.
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
  const positive = term && term.coefficient.numerator > 0n;
  if (!positive || !term.factors.every(([atom]) => atom.positive)) return logarithmAtom(value);
  // ln(c · Π a^k) = ln c + Σ k ln a
  return term.factors.reduce(
    (total, [atom, exponent]) =>
      add(budget, total, multiply(budget, fromRational(exponent), logarithmOfAtom(budget, atom))),
    naturalLogarithm(budget, fromRational(term.coefficient)),
  );
}

const logarithmAtom = (value: Fraction): Fraction => opaque('ln', value, logarithm);

function logarithmOfAtom(budget: StepBudget, atom: Atom): Fraction {
  if (atom.key === euler.key) return fromInteger(1);
  const base = atom.carry?.order === 1 ? constantOf(atom.carry.carried) : undefined;
  return base ? naturalLogarithm(budget, fromRational(base)) : logarithmAtom(fromAtom(atom));
}

function logarithmOfInteger(budget: StepBudget, value: bigint): Fraction {
  let total = fromInteger(0);
  for (const { base, exponent } of factorInteger(budget, value)) {
    const own = logarithmAtom(fromInteger(base));
    total = add(budget, total, multiply(budget, fromInteger(exponent), own));
  }
  return total;
}

/** |x|; exact for numbers with a clear sign and for a + bi, an even function of anything else. */
export function absoluteOf(budget: StepBudget, value: Fraction): Fraction {
  const parts = partsOf(value);
  if (parts && parts.imaginary.numerator.size > 0) {
    const square = (part: Fraction) => multiply(budget, part, part);
    return squareRoot(budget, add(budget, square(parts.real), square(parts.imaginary)));
  }
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

/** n! of an integer from 0; of a symbol plus an integer c by the factorial of the symbol: (n + 1)! = (n + 1) n!. */
export function factorialOf(budget: StepBudget, value: Fraction): Fraction {
  if (!isSymbolic(value)) return fromInteger(productOfRange(budget, 1n, naturalNumber(value)));
  const shift = constantOf(value.denominator) ? value.numerator.get('')?.coefficient : undefined;
  const steps = shift?.denominator === 1n ? Number(shift.numerator) : 0;
  if (steps === 0 || Math.abs(steps) > mostFactors) {
    return opaque('factorial', value, ({ real }) => complex(gamma(real + 1)));
  }
  const base = subtract(budget, value, fromInteger(steps));
  const ofBase = factorialOf(budget, base);
  if (steps > 0) return multiply(budget, ofBase, fallingFactorial(budget, value, steps));
  return divide(budget, ofBase, fallingFactorial(budget, base, -steps));
}

/** Longest product that a factorial or binomial of a symbol is written out to. */
const mostFactors = 20;

/** x (x - 1) … of `count` factors. */
function fallingFactorial(budget: StepBudget, value: Fraction, count: number): Fraction {
  let product = fromInteger(1);
  for (let i = 0; i < count; i++) {
    product = multiply(budget, product, subtract(budget, value, fromInteger(i)));
  }
  return product;
}

/** n choose k of integers from 0, or of a symbol and a small integer. */
export function binomialOf(budget: StepBudget, above: Fraction, below: Fraction): Fraction {
  if (isSymbolic(above)) {
    const count = rationalOf(below);
    const small =
      count?.denominator === 1n && count.numerator >= 0n && count.numerator <= mostFactors;
    const rest = subtract(budget, above, below);
    if (!small) {
      const product = multiply(budget, factorialOf(budget, below), factorialOf(budget, rest));
      return divide(budget, factorialOf(budget, above), product);
    }
    const chosen = fallingFactorial(budget, above, Number(count.numerator));
    return divide(budget, chosen, factorialOf(budget, below));
  }
  const [n, k] = [naturalNumber(above), naturalNumber(below)];
  if (k > n) return fromInteger(0);
  const fewer = 2n * k < n ? k : n - k;
  const product = productOfRange(budget, n - fewer + 1n, n);
  const orders = productOfRange(budget, 1n, fewer);
  budget.spend(longOperationCost(bitLength(product)));
  return fromInteger(product / orders);
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
