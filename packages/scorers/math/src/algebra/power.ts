import { type StepBudget, Unreadable } from '../step-budget.js';
import { describedAtom, imaginaryUnit, integerAtom } from './atoms.js';
import { complex, powerComplex } from './complex.js';
import { denestSquareRoot } from './denest.js';
import { factorInteger } from './factor.js';
import {
  approximate,
  divide,
  type Fraction,
  fractionKey,
  fromAtom,
  fromInteger,
  fromRational,
  fromSum,
  integerPower,
  invert,
  multiply,
  rationalOf,
} from './fraction.js';
import {
  approximateRational,
  floorRational,
  formatRational,
  greatestCommonDivisor,
  invertRational,
  multiplyRationals,
  negateRational,
  one,
  powerInteger,
  type Rational,
  rational,
} from './rational.js';
import {
  type Atom,
  atomPower,
  constantOf,
  factorsKey,
  oneSum,
  onlyTerm,
  type Sum,
  scaleSum,
  type Term,
} from './sum.js';

/**
 * base^exponent. Roots of negative numbers are real for odd degrees; √-a is i√a.
 * @throws Unreadable for division by zero and other even roots of negative numbers
 */
export function power(budget: StepBudget, base: Fraction, exponent: Fraction): Fraction {
  const number = rationalOf(exponent);
  if (number) return rationalPower(budget, base, number);
  const product = symbolicPower(budget, base, exponent);
  if (product) return product;
  const key = `(${fractionKey(base)})^(${fractionKey(exponent)})`;
  const value = () => powerComplex(approximate(base), approximate(exponent));
  return fromAtom(describedAtom(key, value));
}

/** √a. */
export const squareRoot = (budget: StepBudget, a: Fraction): Fraction =>
  rationalPower(budget, a, rational(1n, 2n));

function rationalPower(budget: StepBudget, base: Fraction, exponent: Rational): Fraction {
  if (exponent.numerator < 0n) {
    return invert(budget, rationalPower(budget, base, negateRational(exponent)));
  }
  const number = rationalOf(base);
  if (number) return powerOfNumber(budget, number, exponent);
  return exponent.denominator === 1n
    ? integerPower(budget, base, exponent.numerator)
    : rootOfExpression(budget, base, exponent);
}

/** base^exponent for a rational base and an exponent that is not negative. */
function powerOfNumber(budget: StepBudget, base: Rational, exponent: Rational): Fraction {
  const { numerator: times, denominator: degree } = exponent;
  if (degree === 1n) {
    // Powers of coprime integers are coprime.
    const numerator = powerInteger(budget, base.numerator, times);
    return fromRational({ numerator, denominator: powerInteger(budget, base.denominator, times) });
  }
  if (base.numerator < 0n) {
    const positive = powerOfNumber(budget, negateRational(base), exponent);
    if (degree === 2n) {
      return multiply(budget, integerPower(budget, fromAtom(imaginaryUnit), times), positive);
    }
    if (degree % 2n === 0n) throw new Unreadable('an even root of a negative number');
    return times % 2n === 0n ? positive : multiply(budget, fromInteger(-1), positive);
  }
  if (base.numerator === 0n) return fromInteger(0);
  const above = primePowers(budget, base.numerator, exponent);
  return divide(budget, above, primePowers(budget, base.denominator, exponent));
}

/** value^exponent as a product of rational powers of primes. */
function primePowers(budget: StepBudget, value: bigint, exponent: Rational): Fraction {
  let product = fromInteger(1);
  for (const { base, exponent: multiplicity, prime } of factorInteger(budget, value)) {
    const total = multiplyRationals(exponent, rational(BigInt(multiplicity)));
    product = multiply(budget, product, atomTo(budget, integerAtom(base, prime), total));
  }
  return product;
}

/** atom^exponent for any rational exponent. */
function atomTo(budget: StepBudget, atom: Atom, exponent: Rational): Fraction {
  if (exponent.numerator < 0n) {
    return invert(budget, atomTo(budget, atom, negateRational(exponent)));
  }
  const whole = floorRational(exponent);
  const rest = rational(exponent.numerator - whole * exponent.denominator, exponent.denominator);
  // An atom of order 1 stands under fractional exponents only; alone it is what it carries.
  const base = atom.carry?.order === 1 ? fromSum(atom.carry.carried) : fromAtom(atom);
  const integral = rationalPower(budget, base, rational(whole));
  if (rest.numerator === 0n) return integral;
  return multiply(budget, integral, fromSum(atomPower(atom, rest)));
}

/** A root distributes over positive factors; around anything else it becomes an atom. */
function rootOfExpression(budget: StepBudget, base: Fraction, exponent: Rational): Fraction {
  const [above, below] = [onlyTerm(base.numerator), onlyTerm(base.denominator)];
  if (above && below && distributes(above, exponent) && distributes(below, exponent)) {
    const numerator = rootOfTerm(budget, above, exponent);
    return divide(budget, numerator, rootOfTerm(budget, below, exponent));
  }
  if (constantOf(base.denominator)) {
    const denested =
      exponent.denominator === 2n ? denestSquareRoot(budget, base.numerator) : undefined;
    if (denested) return integerPower(budget, denested, exponent.numerator);
    // √(c·p) = √c √p where p is the primitive part, so that radicals of multiples are multiples of one radical.
    const content = contentOf(base.numerator);
    const primitive = fromSum(scaleSum(base.numerator, invertRational(content)));
    const carry = { order: 1, carried: primitive.numerator };
    const atom = describedAtom(`(${fractionKey(primitive)})`, () => approximate(primitive), {
      carry,
    });
    return multiply(
      budget,
      powerOfNumber(budget, content, exponent),
      atomTo(budget, atom, exponent),
    );
  }
  const key = `(${fractionKey(base)})^(${formatRational(exponent)})`;
  const value = () => powerComplex(approximate(base), complex(approximateRational(exponent)));
  return fromAtom(describedAtom(key, value));
}

/** The positive rational c that leaves coprime integer coefficients in sum / c. */
function contentOf(sum: Sum): Rational {
  let [above, below] = [0n, 1n];
  for (const { coefficient } of sum.values()) {
    above = greatestCommonDivisor(above, coefficient.numerator);
    const shared = greatestCommonDivisor(below, coefficient.denominator);
    below *= coefficient.denominator / shared;
  }
  return rational(above, below);
}

/** Whether √(c · Π atoms) = √c · Π √atom: an odd root, all positive, or one symbol beside a positive coefficient. */
function distributes({ coefficient, factors }: Term, { denominator }: Rational): boolean {
  const real = factors.every(([atom]) => atom.positive || (atom.symbolic && !atom.carry));
  if (denominator % 2n === 1n && real) return true;
  const others = factors.filter(([atom]) => !atom.positive);
  const [only] = others;
  const single = others.length === 1 && only?.[1].numerator === 1n && !only[0].carry;
  return coefficient.numerator > 0n && (others.length === 0 || single);
}

function rootOfTerm(
  budget: StepBudget,
  { coefficient, factors }: Term,
  exponent: Rational,
): Fraction {
  let product = powerOfNumber(budget, coefficient, exponent);
  for (const [atom, own] of factors) {
    const root = atomTo(budget, atom, multiplyRationals(own, exponent));
    product = multiply(budget, product, root);
  }
  return product;
}

/**
 * base^(Σ c·m) = Π (base^m)^c, one atom for each monomial m of the exponent, so that 2^(n+1) = 2·2^n and 4^n = 2^(2n).
 * Only for a positive number or a single atom; undefined otherwise.
 */
function symbolicPower(
  budget: StepBudget,
  base: Fraction,
  exponent: Fraction,
): Fraction | undefined {
  if (!constantOf(exponent.denominator)) return undefined;
  const number = rationalOf(base);
  if (number && number.numerator < 0n) {
    const positive = symbolicPower(budget, fromRational(negateRational(number)), exponent);
    const sign = signPower(budget, exponent.numerator);
    return positive && sign && multiply(budget, positive, sign);
  }
  if (number?.numerator === 0n) return undefined;
  const powers = number ? primesOf(budget, number) : singleAtom(base);
  return powers?.reduce<Fraction>((product, [atom, times]) => {
    return multiply(budget, product, powersOfAtom(budget, atom, exponent.numerator, times));
  }, fromInteger(1));
}

/** (-1)^exponent for an exponent with integer coefficients, whose symbols are taken for integers: its square is 1. */
function signPower(budget: StepBudget, exponent: Sum): Fraction | undefined {
  let product = fromInteger(1);
  for (const [key, { coefficient, factors }] of exponent) {
    if (coefficient.denominator !== 1n) return undefined;
    if (coefficient.numerator % 2n === 0n) continue;
    const monomial = fromSum(new Map([[key, { coefficient: one, factors }]]));
    const value = () => powerComplex(complex(-1), approximate(monomial));
    const carry = { order: 2, carried: oneSum };
    const sign = describedAtom(`(-1)^(${fractionKey(monomial)})`, value, { carry });
    product = multiply(budget, product, key === '' ? fromInteger(-1) : fromAtom(sign));
  }
  return product;
}

function primesOf(budget: StepBudget, value: Rational): (readonly [Atom, Rational])[] {
  const factors = (part: bigint, sign: bigint) =>
    factorInteger(budget, part).map(
      ({ base, exponent, prime }) =>
        [integerAtom(base, prime), rational(BigInt(exponent) * sign)] as const,
    );
  return [...factors(value.numerator, 1n), ...factors(value.denominator, -1n)];
}

function singleAtom(base: Fraction): readonly (readonly [Atom, Rational])[] | undefined {
  const term = constantOf(base.denominator) && onlyTerm(base.numerator);
  const [factor] = term?.factors ?? [];
  if (!term || !factor || term.factors.length > 1 || factor[0].carry) return undefined;
  const plain = formatRational(term.coefficient) === '1' && factor[1].denominator === 1n;
  return plain ? [factor] : undefined;
}

function powersOfAtom(budget: StepBudget, atom: Atom, exponent: Sum, times: Rational): Fraction {
  let product = fromInteger(1);
  for (const { coefficient, factors } of exponent.values()) {
    const monomial = fromSum(new Map([[factorsKey(factors), { coefficient: one, factors }]]));
    const value = () => powerComplex(atom.approximate(), approximate(monomial));
    const key = `${atom.key}^(${fractionKey(monomial)})`;
    const own =
      factors.length === 0 ? atom : describedAtom(key, value, { positive: atom.positive });
    const part = atomTo(budget, own, multiplyRationals(coefficient, times));
    product = multiply(budget, product, part);
  }
  return product;
}
