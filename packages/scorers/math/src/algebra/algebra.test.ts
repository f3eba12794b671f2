import { describe, expect, it } from 'vitest';
import { StepBudget, StepLimit } from '../step-budget.js';
import { euler, imaginaryUnit, pi, symbolAtom } from './atoms.js';
import { exactRoot, factorInteger } from './factor.js';
import {
  add,
  divide,
  type Fraction,
  fractionKey,
  fromAtom,
  fromInteger,
  multiply,
  negate,
  subtract,
} from './fraction.js';
import { binomialOf, factorialOf, naturalLogarithm } from './functions.js';
import { equalFractions } from './is-zero.js';
import { power, squareRoot } from './power.js';
import { cosineOf, sineOf } from './trigonometry.js';

const budget = () => new StepBudget(200_000);
const b = budget();
const n = fromInteger;
const sqrt = (a: Fraction) => squareRoot(b, a);
const ratio = (a: number, c: number) => divide(b, n(a), n(c));
const x = fromAtom(symbolAtom('x'));
const y = fromAtom(symbolAtom('y'));
const piValue = fromAtom(pi);
const same = (a: Fraction, c: Fraction) => equalFractions(budget(), a, c);

describe('exact values', () => {
  it.each<[string, Fraction, Fraction]>([
    ['√50 = 5√2', sqrt(n(50)), multiply(b, n(5), sqrt(n(2)))],
    ['1/√2 = √2/2', divide(b, n(1), sqrt(n(2))), divide(b, sqrt(n(2)), n(2))],
    ['√2 √3 = √6', multiply(b, sqrt(n(2)), sqrt(n(3))), sqrt(n(6))],
    ['1/(1+√2) = √2 - 1', divide(b, n(1), add(b, n(1), sqrt(n(2)))), subtract(b, sqrt(n(2)), n(1))],
    ['8^(2/3) = 4', power(b, n(8), ratio(2, 3)), n(4)],
    ['(-8)^(1/3) = -2', power(b, n(-8), ratio(1, 3)), n(-2)],
    ['√-4 = 2i', sqrt(n(-4)), multiply(b, n(2), fromAtom(imaginaryUnit))],
    ['i^2 = -1', power(b, fromAtom(imaginaryUnit), n(2)), n(-1)],
    [
      '√(9π²) = 3π',
      sqrt(multiply(b, n(9), multiply(b, piValue, piValue))),
      multiply(b, n(3), piValue),
    ],
    ['√(1+√2)² = 1+√2', power(b, sqrt(add(b, n(1), sqrt(n(2)))), n(2)), add(b, n(1), sqrt(n(2)))],
    ['x²/x = x', divide(b, multiply(b, x, x), x), x],
    [
      '(x+y)² = x²+2xy+y²',
      power(b, add(b, x, y), n(2)),
      add(b, add(b, multiply(b, x, x), multiply(b, n(2), multiply(b, x, y))), multiply(b, y, y)),
    ],
    [
      '1/x + 1/y = (x+y)/(xy)',
      add(b, divide(b, n(1), x), divide(b, n(1), y)),
      divide(b, add(b, x, y), multiply(b, x, y)),
    ],
    ['2^(x+1) = 2·2^x', power(b, n(2), add(b, x, n(1))), multiply(b, n(2), power(b, n(2), x))],
    ['4^x = 2^(2x)', power(b, n(4), x), power(b, n(2), multiply(b, n(2), x))],
    ['ln 8 = 3 ln 2', naturalLogarithm(b, n(8)), multiply(b, n(3), naturalLogarithm(b, n(2)))],
    ['ln e³ = 3', naturalLogarithm(b, power(b, fromAtom(euler), n(3))), n(3)],
    ['cos(π/6) = √3/2', cosineOf(b, divide(b, piValue, n(6))), divide(b, sqrt(n(3)), n(2))],
    ['sin(7π/6) = -1/2', sineOf(b, multiply(b, ratio(7, 6), piValue)), ratio(-1, 2)],
    ['cos(-x) = cos x', cosineOf(b, negate(x)), cosineOf(b, x)],
    [
      'sin² x + cos² x = 1',
      add(b, power(b, sineOf(b, x), n(2)), power(b, cosineOf(b, x), n(2))),
      n(1),
    ],
    ['10! = 3628800', factorialOf(b, n(10)), n(3628800)],
    ['C(10, 3) = 120', binomialOf(b, n(10), n(3)), n(120)],
  ])('%s', (_, left, right) => {
    expect(same(left, right)).toBe(true);
  });

  it.each<[string, Fraction, Fraction]>([
    ['√2 is not 1.41421356', sqrt(n(2)), ratio(141421356, 100000000)],
    ['√2 + √3 is not √5', add(b, sqrt(n(2)), sqrt(n(3))), sqrt(n(5))],
    ['π is not 355/113', piValue, ratio(355, 113)],
    ['x is not y', x, y],
    [
      '1 + i is not 1 - i',
      add(b, n(1), fromAtom(imaginaryUnit)),
      subtract(b, n(1), fromAtom(imaginaryUnit)),
    ],
    ['sin 1 is not cos 1', sineOf(b, n(1)), cosineOf(b, n(1))],
  ])('%s', (_, left, right) => {
    expect(same(left, right)).toBe(false);
  });

  it('neither claims nor denies what it can only compute in floating point', () => {
    // ∛(2 + √5) = (1 + √5)/2 is true, but nested cube roots are not brought to a normal form
    const nested = power(b, add(b, n(2), sqrt(n(5))), ratio(1, 3));
    expect(same(nested, divide(b, add(b, n(1), sqrt(n(5))), n(2)))).toBeUndefined();
  });

  it('gives equal values one text', () => {
    const left = add(b, multiply(b, x, y), n(1));
    expect(fractionKey(left)).toBe(fractionKey(add(b, n(1), multiply(b, y, x))));
  });
});

describe('factors', () => {
  it('splits integers into primes', () => {
    const factors = factorInteger(budget(), 2n ** 5n * 3n * 4999n ** 2n);
    expect(factors.map(({ base, exponent }) => `${base}^${exponent}`)).toEqual([
      '2^5',
      '3^1',
      '4999^2',
    ]);
  });

  it('says when a cofactor could not be split', () => {
    const [factor] = factorInteger(budget(), 1_000_003n * 1_000_033n);
    expect(factor?.prime).toBe(false);
    expect(factorInteger(budget(), 1_000_003n ** 2n)).toEqual([
      { base: 1_000_003n, exponent: 2, prime: true },
    ]);
  });

  it('takes exact roots of long integers', () => {
    expect(exactRoot(budget(), 12345678901234567890n ** 3n, 3)).toBe(12345678901234567890n);
    expect(exactRoot(budget(), 12345678901234567890n ** 3n + 1n, 3)).toBeUndefined();
  });
});

describe('the step budget', () => {
  it.each<[string, (own: StepBudget) => unknown]>([
    ['10^(10^10)', (own) => power(own, n(10), power(own, n(10), n(10)))],
    ['100000!', (own) => factorialOf(own, n(100_000))],
    ['(x + y)^10000', (own) => power(own, add(own, x, y), n(10_000))],
  ])('stops %s before the work is done', (_, work) => {
    const own = budget();
    expect(() => work(own)).toThrow(StepLimit);
    expect(own.spent).toBeLessThanOrEqual(own.limit);
  });

  it('is not passed by what cannot be counted', () => {
    expect(() => budget().spend(Number.NaN)).toThrow(StepLimit);
  });
});
