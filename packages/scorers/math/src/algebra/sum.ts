import type { StepBudget } from '../step-budget.js';
import {
  addComplex,
  type Complex,
  complex,
  modulus,
  multiplyComplex,
  powerComplex,
} from './complex.js';
import {
  addRationals,
  approximateRational,
  bitLength,
  compareRationals,
  floorRational,
  formatRational,
  longOperationCost,
  multiplyRationals,
  negateRational,
  one,
  type Rational,
  rational,
  reductionCost,
  zero,
} from './rational.js';

/** What sums are made of besides rational numbers: a symbol, π, i, a prime under a root, sin(x), … */
export interface Atom {
  /** Equal keys mean the same value. */
  readonly key: string;
  /**
   * Where set, `order` powers of the atom are replaced by `carried`, so that exponents stay below `order`:
   * i² = -1, (2^(1/2))² = 2, sin² = 1 - cos².
   */
  readonly carry?: { readonly order: number; readonly carried: Sum };
  /** Sums of products of independent atoms are zero only when every coefficient is. */
  readonly independent: boolean;
  /** Positive whatever its symbols stand for, so that roots distribute over it. */
  readonly positive: boolean;
  /** Where the atom is a function of a value: `ln`, `abs`, `sin`, … */
  readonly applied?: {
    readonly name: string;
    readonly value: { readonly numerator: Sum; readonly denominator: Sum };
  };
  /** Contains a symbol, so that it is no number. */
  readonly symbolic: boolean;
  approximate(): Complex;
}

/** A product of atoms with positive exponents, sorted by key. */
export type Factors = readonly (readonly [Atom, Rational])[];

/** coefficient · product of factors */
export interface Term {
  readonly coefficient: Rational;
  readonly factors: Factors;
}

/** Terms by the key of their factors; no coefficient is zero. A normal form: equal sums have equal terms. */
export type Sum = ReadonlyMap<string, Term>;

export function constant(value: Rational): Sum {
  return value.numerator === 0n ? new Map() : new Map([['', { coefficient: value, factors: [] }]]);
}

export const oneSum: Sum = constant(one);

/** atom^exponent without carrying: the exponent must be positive and below the atom's order. */
export function atomPower(atom: Atom, exponent: Rational = one): Sum {
  const factors: Factors = [[atom, exponent]];
  return new Map([[factorsKey(factors), { coefficient: one, factors }]]);
}

/** The key of a product in a {@link Sum}. */
export function factorsKey(factors: Factors): string {
  const key = ([atom, exponent]: readonly [Atom, Rational]) =>
    compareRationals(exponent, one) === 0 ? atom.key : `${atom.key}^${formatRational(exponent)}`;
  return factors.map(key).join('·');
}

/** The sum as text in normal form; equal sums give equal texts. */
export function sumKey(sum: Sum): string {
  return [...sum]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { coefficient }]) => `${formatRational(coefficient)}${key && `·${key}`}`)
    .join(' + ');
}

/** Steps of {@link sumKey}: keys are as long as the sums and their coefficients. */
export function writingCost(sum: Sum): number {
  let steps = 4 * sum.size;
  for (const { coefficient } of sum.values()) {
    const bits = bitLength(coefficient.numerator) + bitLength(coefficient.denominator);
    steps += Math.floor(longOperationCost(bits));
  }
  return steps;
}

/** The value of a sum without atoms. */
export function constantOf(sum: Sum): Rational | undefined {
  if (sum.size === 0) return zero;
  return sum.size === 1 ? sum.get('')?.coefficient : undefined;
}

/** The only term of a sum that has exactly one. */
export function onlyTerm(sum: Sum): Term | undefined {
  return sum.size === 1 ? sum.values().next().value : undefined;
}

/** Every atom of a sum, once. */
export function atomsOf(sum: Sum): Atom[] {
  const atoms = new Map<string, Atom>();
  for (const { factors } of sum.values()) for (const [atom] of factors) atoms.set(atom.key, atom);
  return [...atoms.values()];
}

export function addSums(budget: StepBudget, a: Sum, b: Sum): Sum {
  budget.spend(1 + a.size);
  return accumulate(budget, new Map(a), b);
}

/** Characters of a key that are written, hashed or compared in a step. */
const charactersPerStep = 64;

/** Adds to `total` in place. */
function accumulate(budget: StepBudget, total: Map<string, Term>, sum: Sum): Map<string, Term> {
  budget.spend(1 + sum.size);
  for (const [key, term] of sum) {
    budget.spend(Math.floor(key.length / charactersPerStep));
    const other = total.get(key)?.coefficient;
    if (other) budget.spend(reductionCost(other, term.coefficient));
    const coefficient = other ? addRationals(other, term.coefficient) : term.coefficient;
    if (coefficient.numerator === 0n) total.delete(key);
    else total.set(key, { coefficient, factors: term.factors });
  }
  return total;
}

/** sum · by, where by is not zero. */
export function scaleSum(sum: Sum, by: Rational): Sum {
  const scale = ([key, { coefficient, factors }]: [string, Term]) =>
    [key, { coefficient: multiplyRationals(coefficient, by), factors }] as const;
  return new Map([...sum].map(scale));
}

export const negateSum = (sum: Sum): Sum =>
  new Map(
    [...sum].map(([key, { coefficient, factors }]) => {
      return [key, { coefficient: negateRational(coefficient), factors }] as const;
    }),
  );

export function multiplySums(budget: StepBudget, a: Sum, b: Sum): Sum {
  budget.spend(1);
  if (a === oneSum) return b;
  if (b === oneSum) return a;
  const product = new Map<string, Term>();
  for (const x of a.values()) {
    for (const y of b.values()) accumulate(budget, product, multiplyTerms(budget, x, y));
  }
  return product;
}

/** sum^exponent for a non-negative integer, by repeated squaring. */
export function powerSum(budget: StepBudget, sum: Sum, exponent: bigint): Sum {
  let [result, square, rest] = [oneSum, sum, exponent];
  while (rest > 0n) {
    if (rest & 1n) result = multiplySums(budget, result, square);
    rest >>= 1n;
    if (rest > 0n) square = multiplySums(budget, square, square);
  }
  return result;
}

function multiplyTerms(budget: StepBudget, a: Term, b: Term): Sum {
  const size = ({ numerator, denominator }: Rational) =>
    bitLength(numerator) + bitLength(denominator);
  const words = (size(a.coefficient) + size(b.coefficient)) / 64;
  budget.spend(4 + 2 * (a.factors.length + b.factors.length) + words + (words / 32) ** 2);
  budget.spend(reductionCost(a.coefficient, b.coefficient));
  const powers = new Map<string, readonly [Atom, Rational]>();
  for (const [atom, exponent] of [...a.factors, ...b.factors]) {
    const other = powers.get(atom.key)?.[1];
    powers.set(atom.key, [atom, other ? addRationals(other, exponent) : exponent]);
  }
  return carry(budget, multiplyRationals(a.coefficient, b.coefficient), [...powers.values()]);
}

/** Replaces powers beyond an atom's order, see {@link Atom.carry}. */
function carry(budget: StepBudget, coefficient: Rational, powers: Factors): Sum {
  const factors: (readonly [Atom, Rational])[] = [];
  let carried: Sum = oneSum;
  for (const [atom, exponent] of powers) {
    const order = BigInt(atom.carry?.order ?? 0);
    const times = order && floorRational(multiplyRationals(exponent, rational(1n, order)));
    const rest = addRationals(exponent, rational(-times * order));
    if (rest.numerator !== 0n) factors.push([atom, rest]);
    if (atom.carry && times) {
      carried = multiplySums(budget, carried, powerSum(budget, atom.carry.carried, times));
    }
  }
  factors.sort(([x], [y]) => (x.key < y.key ? -1 : 1));
  const term: Sum = new Map([[factorsKey(factors), { coefficient, factors }]]);
  return carried === oneSum ? term : multiplySums(budget, term, carried);
}

/** A sum in double precision, and the size of what was added, against which rounding is judged. */
export function approximateSum(sum: Sum): { readonly value: Complex; readonly size: number } {
  let [value, size] = [complex(0), 0];
  for (const { coefficient, factors } of sum.values()) {
    let product = complex(approximateRational(coefficient));
    for (const [atom, exponent] of factors) {
      const power = powerComplex(atom.approximate(), complex(approximateRational(exponent)));
      product = multiplyComplex(product, power);
    }
    value = addComplex(value, product);
    size += modulus(product);
  }
  return { value, size };
}
