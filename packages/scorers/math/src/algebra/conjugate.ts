import { imaginaryUnit } from './atoms.js';
import { type Fraction, fromSum, isSymbolic } from './fraction.js';
import { negateRational } from './rational.js';
import { constantOf, type Sum } from './sum.js';

/** The real part, and what stands beside i, of a number whose other parts are real; undefined for anything else. */
export function partsOf(
  value: Fraction,
): { readonly real: Fraction; readonly imaginary: Fraction } | undefined {
  if (isSymbolic(value) || !constantOf(value.denominator)) return undefined;
  const [real, imaginary] = [new Map(), new Map()];
  for (const [key, { coefficient, factors }] of value.numerator) {
    const others = factors.filter(([atom]) => atom.key !== imaginaryUnit.key);
    if (!others.every(([atom]) => atom.independent || atom.positive)) return undefined;
    if (others.length === factors.length) real.set(key, { coefficient, factors });
    else imaginary.set(keyWithout(key), { coefficient, factors: others });
  }
  return { real: fromSum(real), imaginary: fromSum(imaginary) };
}

const keyWithout = (key: string): string =>
  key
    .split('·')
    .filter((part) => part !== imaginaryUnit.key)
    .join('·');

/** a - bi of a + bi. */
export function conjugateOf(value: Fraction): Fraction | undefined {
  if (!partsOf(value)) return undefined;
  const flipped: Sum = new Map(
    [...value.numerator].map(([key, term]) => {
      const own = term.factors.some(([atom]) => atom.key === imaginaryUnit.key);
      return [key, own ? { ...term, coefficient: negateRational(term.coefficient) } : term];
    }),
  );
  return { numerator: flipped, denominator: value.denominator };
}
