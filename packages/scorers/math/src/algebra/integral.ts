import { type StepBudget, Unreadable } from '../step-budget.js';
import { euler, symbolAtom } from './atoms.js';
import {
  add,
  divide,
  type Fraction,
  fractionKey,
  fromAtom,
  fromInteger,
  fromRational,
  fromSum,
  multiply,
  negate,
  subtract,
} from './fraction.js';
import { naturalLogarithm } from './functions.js';
import { generalPower } from './general-power.js';
import { addRationals, negateRational, one, type Rational, zero } from './rational.js';
import { constantOf, factorsKey, onlyTerm, type Term } from './sum.js';
import { cosineOf, sineOf } from './trigonometry.js';

/**
 * ∫ from low to high of a sum of powers of a symbol, or of sin, cos and exponentials of its multiples; other letters are
 * constants.
 * @throws Unreadable for anything else
 */
export function integral(
  budget: StepBudget,
  integrand: Fraction,
  letter: string,
  low: Fraction,
  high: Fraction,
): Fraction {
  const symbol = symbolAtom(letter).key;
  const below = constantOf(integrand.denominator) ? undefined : onlyTerm(integrand.denominator);
  if (!below && !constantOf(integrand.denominator)) throw unknown();
  // What is divided by, for example x², lowers the exponents.
  const lowered = exponentOf(below, symbol);
  const constant = fromSum(
    oneTerm(
      one,
      (below?.factors ?? []).filter(([a]) => a.key !== symbol),
    ),
  );
  let total = fromInteger(0);
  for (const term of integrand.numerator.values()) {
    const antiderivative = antiderivativeOf(budget, term, symbol, lowered);
    const part = subtract(budget, antiderivative(high), antiderivative(low));
    total = add(budget, total, part);
  }
  return divide(budget, total, constant);
}

const oneTerm = (coefficient: Rational, factors: Term['factors']) =>
  new Map([[factorsKey(factors), { coefficient, factors }]]);

const unknown = () => new Unreadable('an integral that is none of the known ones');

const exponentOf = (term: Term | undefined, symbol: string): Rational =>
  term?.factors.find(([atom]) => atom.key === symbol)?.[1] ?? zero;

/** An antiderivative of term / symbol^lowered, as a function. */
function antiderivativeOf(
  budget: StepBudget,
  { coefficient, factors }: Term,
  symbol: string,
  lowered: Rational,
): (x: Fraction) => Fraction {
  const dependent = factors.filter(([atom]) => atom.key.includes(symbol));
  const [only, ...others] = dependent;
  const rest = fromSum(
    oneTerm(
      coefficient,
      factors.filter((factor) => !dependent.includes(factor)),
    ),
  );
  const times = (value: Fraction) => multiply(budget, rest, value);
  if (others.length > 0) throw unknown();
  if (!only || only[0].key === symbol) {
    const exponent = addRationals(only?.[1] ?? zero, negateRational(lowered));
    const next = addRationals(exponent, one);
    if (next.numerator === 0n) return (x) => times(naturalLogarithm(budget, x));
    const power = fromRational(next);
    return (x) => times(divide(budget, generalPower(budget, x, power), power));
  }
  if (lowered.numerator !== 0n) throw unknown();
  const [atom, exponent] = only;
  if (atom.key === `${euler.key}^(1·${symbol})`) {
    const rate = fromRational(exponent);
    const e = fromAtom(euler);
    return (x) => times(divide(budget, generalPower(budget, e, multiply(budget, rate, x)), rate));
  }
  const { name, value } = atom.applied ?? {};
  const term = value && constantOf(value.denominator) ? onlyTerm(value.numerator) : undefined;
  const linear =
    term && factorsKey(term.factors) === symbol && fractionKey(fromRational(exponent)) === '1';
  if (!linear || (name !== 'sin' && name !== 'cos')) throw unknown();
  const rate = fromRational(term.coefficient);
  return (x) => {
    const angle = multiply(budget, rate, x);
    const primitive = name === 'cos' ? sineOf(budget, angle) : negate(cosineOf(budget, angle));
    return times(divide(budget, primitive, rate));
  };
}
