import type { StepBudget } from '../step-budget.js';
import { bitLength } from './rational.js';

/** Largest prime that trial division looks for. */
const trialLimit = 5000n;

/** The integer r with r^degree = value, or undefined when there is none; value must not be negative. */
export function exactRoot(budget: StepBudget, value: bigint, degree: number): bigint | undefined {
  if (value < 2n || degree === 1) return value;
  const bits = bitLength(value);
  if (degree > bits) return undefined;
  // Newton's iteration from above, r ← ((n - 1) r + value / r^(n-1)) / n, falls until r is the floor of the root.
  const n = BigInt(degree);
  let root = 1n << BigInt(Math.ceil(bits / degree) + 1);
  for (;;) {
    budget.spend(1 + (bits / 64) * Math.log2(degree + 1));
    const next = ((n - 1n) * root + value / root ** (n - 1n)) / n;
    if (next >= root) break;
    root = next;
  }
  return root ** n === value ? root : undefined;
}

/** One factor of an integer; `prime` is false for a cofactor that trial division could not split. */
export interface Factor {
  readonly base: bigint;
  readonly exponent: number;
  readonly prime: boolean;
}

/** Prime factors up to 5000 and what remains, which is prime when below 5000². The value must be positive. */
export function factorInteger(budget: StepBudget, value: bigint): Factor[] {
  const factors: Factor[] = [];
  let rest = value;
  for (
    let prime = 2n;
    prime <= trialLimit && prime * prime <= rest;
    prime += prime === 2n ? 1n : 2n
  ) {
    budget.spend(1 + bitLength(rest) / 64);
    let exponent = 0;
    while (rest % prime === 0n) {
      budget.spend(1 + bitLength(rest) / 64);
      rest /= prime;
      exponent += 1;
    }
    if (exponent > 0) factors.push({ base: prime, exponent, prime: true });
  }
  if (rest > 1n) factors.push(splitCofactor(budget, rest));
  return factors;
}

/** A cofactor without small primes is prime, or a perfect power, or kept whole. */
function splitCofactor(budget: StepBudget, rest: bigint): Factor {
  if (rest < trialLimit * trialLimit) return { base: rest, exponent: 1, prime: true };
  for (const degree of [2, 3, 5, 7]) {
    const root = exactRoot(budget, rest, degree);
    if (root !== undefined) {
      const inner = splitCofactor(budget, root);
      return { ...inner, exponent: inner.exponent * degree };
    }
  }
  return { base: rest, exponent: 1, prime: false };
}
