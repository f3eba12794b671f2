import { type Complex, complex } from './complex.js';
import { minusOne, rational } from './rational.js';
import { type Atom, constant } from './sum.js';

/** π. */
export const pi: Atom = {
  key: 'π',
  independent: true,
  positive: true,
  symbolic: false,
  approximate: () => complex(Math.PI),
};

/** Euler's number; that it is independent of π is not proved, so it is not called independent. */
export const euler: Atom = {
  key: 'e',
  independent: false,
  positive: true,
  symbolic: false,
  approximate: () => complex(Math.E),
};

/** The imaginary unit: i² = -1. */
export const imaginaryUnit: Atom = {
  key: 'i',
  carry: { order: 2, carried: constant(minusOne) },
  independent: true,
  positive: false,
  symbolic: false,
  approximate: () => complex(0, 1),
};

/** ∞ equals itself and differs from -∞; arithmetic with it is not judged. */
export const infinity: Atom = {
  key: '∞',
  independent: true,
  positive: true,
  symbolic: false,
  approximate: () => complex(Number.POSITIVE_INFINITY),
};

/**
 * An integer above 1 that stands under fractional exponents in (0, 1).
 *
 * Products of fractional powers of different primes are linearly independent over the rationals
 * (A. S. Besicovitch, 1940), which makes normal forms of radicals unique.
 */
export function integerAtom(base: bigint, prime: boolean): Atom {
  return {
    key: `${base}`,
    carry: { order: 1, carried: constant(rational(base)) },
    independent: prime,
    positive: true,
    symbolic: false,
    approximate: () => complex(Number(base)),
  };
}

/** A variable or a name such as `a_1`. Its approximation is an arbitrary number that depends on the name alone. */
export function symbolAtom(name: string): Atom {
  return {
    key: `[${name}]`,
    independent: true,
    positive: false,
    symbolic: true,
    approximate: () => complex(sampleValue(name)),
  };
}

/** A number in (0.3, 1.9) from a 32-bit FNV-1a hash of the name. */
function sampleValue(name: string): number {
  let hash = 0x811c9dc5;
  for (const character of name) {
    hash = Math.imul(hash ^ (character.codePointAt(0) as number), 0x01000193) >>> 0;
  }
  return 0.3 + (1.6 * hash) / 2 ** 32;
}

/** A value known only by its description, for example `ln(2)`; equal descriptions mean equal values. */
export function describedAtom(
  key: string,
  approximate: () => Complex,
  options: Partial<Pick<Atom, 'carry' | 'positive' | 'applied'>> = {},
): Atom {
  const symbolic = key.includes('[');
  return { key, independent: false, positive: false, symbolic, approximate, ...options };
}
