import { describedAtom } from './atoms.js';
import type { Complex } from './complex.js';
import { approximate, type Fraction, fractionKey, fromAtom } from './fraction.js';

/** A function value known only by its description, for example `arctan(2)`. */
export function opaque(
  name: string,
  value: Fraction,
  approximation: (x: Complex) => Complex,
): Fraction {
  const key = `${name}(${fractionKey(value)})`;
  return fromAtom(
    describedAtom(key, () => approximation(approximate(value)), { applied: { name, value } }),
  );
}

/** Whether the term that sorts first has a negative coefficient: true of exactly one of x and -x. */
export function isNegative(value: Fraction): boolean {
  const [first] = [...value.numerator].sort(([a], [b]) => (a < b ? -1 : 1));
  return first !== undefined && first[1].coefficient.numerator < 0n;
}
