import { type StepBudget, Unreadable } from '../step-budget.js';
import { type Complex, divideComplex, modulus } from './complex.js';
import {
  addRationals,
  approximateRational,
  compareRationals,
  invertRational,
  multiplyRationals,
  negateRational,
  type Rational,
  rational,
  reductionCost,
  zero,
} from './rational.js';
import {
  type Atom,
  addSums,
  approximateSum,
  atomPower,
  atomsOf,
  constant,
  constantOf,
  factorsKey,
  multiplySums,
  negateSum,
  oneSum,
  onlyTerm,
  powerSum,
  type Sum,
  scaleSum,
  sumKey,
} from './sum.js';

/** An exact value: a quotient of two sums in normal form. The denominator is not zero. */
export interface Fraction {
  readonly numerator: Sum;
  readonly denominator: Sum;
}

export const fromSum = (numerator: Sum): Fraction => ({ numerator, denominator: oneSum });
export const fromRational = (value: Rational): Fraction => fromSum(constant(value));
export const fromInteger = (value: bigint | number): Fraction =>
  fromRational(rational(BigInt(value)));
export const fromAtom = (atom: Atom): Fraction => fromSum(atomPower(atom));

/**
 * numerator / denominator; a denominator of one term loses its coefficient and its roots of numbers: 1/√2 = √2/2.
 * @throws Unreadable when the denominator is zero
 */
function divideSums(budget: StepBudget, numerator: Sum, denominator: Sum): Fraction {
  if (denominator === oneSum) return fromSum(numerator);
  if (denominator.size === 0) throw new Unreadable('division by zero');
  const term = onlyTerm(denominator);
  if (!term) return { numerator, denominator };
  for (const { coefficient } of numerator.values()) {
    budget.spend(1 + reductionCost(coefficient, term.coefficient));
  }
  let above = scaleSum(numerator, invertRational(term.coefficient));
  let below: Sum = oneSum;
  for (const [atom, exponent] of term.factors) {
    const value = atom.carry && constantOf(atom.carry.carried);
    if (atom.carry && value) {
      // 1 / a^e = a^(order - e) / a^order
      const rest = addRationals(rational(BigInt(atom.carry.order)), negateRational(exponent));
      above = multiplySums(budget, scaleSum(above, invertRational(value)), atomPower(atom, rest));
    } else {
      below = multiplySums(budget, below, atomPower(atom, exponent));
    }
  }
  return below === oneSum ? fromSum(above) : cancel(above, below);
}

/** Divides both by the atoms that all terms of the numerator share with a denominator of one term. */
function cancel(numerator: Sum, denominator: Sum): Fraction {
  const lowered = new Map<string, Rational>();
  for (const [atom, exponent] of onlyTerm(denominator)?.factors ?? []) {
    let least = exponent;
    for (const { factors } of numerator.values()) {
      const own = factors.find(([other]) => other.key === atom.key)?.[1] ?? zero;
      if (compareRationals(own, least) < 0) least = own;
    }
    lowered.set(atom.key, negateRational(least));
  }
  const lower = (sum: Sum): Sum => {
    const terms = [...sum.values()].map(({ coefficient, factors }) => {
      const left = factors
        .map(([atom, e]) => [atom, addRationals(e, lowered.get(atom.key) ?? zero)] as const)
        .filter(([, exponent]) => exponent.numerator !== 0n);
      return [factorsKey(left), { coefficient, factors: left }] as const;
    });
    return new Map(terms);
  };
  return { numerator: lower(numerator), denominator: lower(denominator) };
}

export function add(budget: StepBudget, a: Fraction, b: Fraction): Fraction {
  budget.spend(a.denominator.size + b.denominator.size);
  if (a.denominator === b.denominator || sumKey(a.denominator) === sumKey(b.denominator)) {
    return divideSums(budget, addSums(budget, a.numerator, b.numerator), a.denominator);
  }
  const numerator = addSums(
    budget,
    multiplySums(budget, a.numerator, b.denominator),
    multiplySums(budget, b.numerator, a.denominator),
  );
  return divideSums(budget, numerator, multiplySums(budget, a.denominator, b.denominator));
}

export const negate = (a: Fraction): Fraction => ({ ...a, numerator: negateSum(a.numerator) });

export const subtract = (budget: StepBudget, a: Fraction, b: Fraction): Fraction =>
  add(budget, a, negate(b));

export function multiply(budget: StepBudget, a: Fraction, b: Fraction): Fraction {
  const numerator = multiplySums(budget, a.numerator, b.numerator);
  return divideSums(budget, numerator, multiplySums(budget, a.denominator, b.denominator));
}

/** @throws Unreadable when a is zero */
export function invert(budget: StepBudget, a: Fraction): Fraction {
  return divideSums(budget, a.denominator, a.numerator);
}

/** @throws Unreadable when b is zero */
export const divide = (budget: StepBudget, a: Fraction, b: Fraction): Fraction =>
  multiply(budget, a, invert(budget, b));

/** a^exponent for an integer exponent. */
export function integerPower(budget: StepBudget, a: Fraction, exponent: bigint): Fraction {
  if (exponent < 0n) return integerPower(budget, invert(budget, a), -exponent);
  const numerator = powerSum(budget, a.numerator, exponent);
  return divideSums(budget, numerator, powerSum(budget, a.denominator, exponent));
}

/** The value where it is a rational number. */
export function rationalOf(a: Fraction): Rational | undefined {
  const [above, below] = [constantOf(a.numerator), constantOf(a.denominator)];
  return above && below && multiplyRationals(above, invertRational(below));
}

/** The value as text; equal texts mean equal values. */
export function fractionKey(a: Fraction): string {
  const above = sumKey(a.numerator);
  return constantOf(a.denominator) ? above : `(${above})/(${sumKey(a.denominator)})`;
}

/** Whether the value contains a symbol. */
export function isSymbolic(a: Fraction): boolean {
  return [...atomsOf(a.numerator), ...atomsOf(a.denominator)].some((atom) => atom.symbolic);
}

export function approximate(a: Fraction): Complex {
  return divideComplex(approximateSum(a.numerator).value, approximateSum(a.denominator).value);
}

/** The value as a real number in double precision; NaN where it is not real or contains symbols. */
export function approximateReal(a: Fraction): number {
  const exact = rationalOf(a);
  if (exact) return approximateRational(exact);
  if (isSymbolic(a)) return Number.NaN;
  const [only] = a.numerator.values();
  if (a.numerator.size === 1 && only?.factors[0]?.[0].key === '∞') {
    return only.coefficient.numerator < 0n ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  const value = approximate(a);
  return Math.abs(value.imaginary) <= 1e-9 * modulus(value) ? value.real : Number.NaN;
}
