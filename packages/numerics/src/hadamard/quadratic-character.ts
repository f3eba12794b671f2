/** A finite field of q = p or p² elements, numbered from 0, and its quadratic character of differences. */
export interface FiniteField {
  readonly size: number;
  /** χ(i - j): 1 for squares, -1 for others, 0 for i = j. */
  character(i: number, j: number): -1 | 0 | 1;
}

function smallestFactor(n: number): number {
  for (let p = 2; p * p <= n; p++) if (n % p === 0) return p;
  return n;
}

/** The prime field of p elements. */
function primeField(p: number): FiniteField {
  const squares = new Set(Array.from({ length: p - 1 }, (_, i) => ((i + 1) * (i + 1)) % p));
  return {
    size: p,
    character(i, j) {
      const difference = (((i - j) % p) + p) % p;
      if (difference === 0) return 0;
      return squares.has(difference) ? 1 : -1;
    },
  };
}

/** The field of p² elements a + b√n, numbered a · p + b, with n the smallest number that is no square modulo p. */
function squareField(p: number): FiniteField {
  const base = primeField(p);
  let n = 2;
  while (base.character(n, 0) !== -1) n++;
  const squares = new Set<number>();
  for (let a = 0; a < p; a++)
    for (let b = 0; b < p; b++)
      if (a !== 0 || b !== 0) squares.add(((a * a + n * b * b) % p) * p + ((2 * a * b) % p));
  return {
    size: p * p,
    character(i, j) {
      const a = (Math.floor(i / p) - Math.floor(j / p) + p) % p;
      const b = ((i % p) - (j % p) + p) % p;
      if (a === 0 && b === 0) return 0;
      return squares.has(a * p + b) ? 1 : -1;
    },
  };
}

/** The field of q elements for odd primes and their squares; undefined for other sizes. */
export function finiteField(q: number): FiniteField | undefined {
  if (q < 3 || q % 2 === 0) return undefined;
  const p = smallestFactor(q);
  if (p === q) return primeField(p);
  return p * p === q ? squareField(p) : undefined;
}
