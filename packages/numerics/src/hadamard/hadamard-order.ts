import { ThinkbitsError } from '@thinkbits/spec';
import { baseHadamard } from './base-hadamard.js';

/** n = base · 2^m: a Hadamard matrix of order `base` times Sylvester's of order `power`. */
export interface HadamardOrder {
  readonly base: number;
  readonly power: number;
}

const known = new Map<number, HadamardOrder | undefined>();

function factor(n: number): HadamardOrder | undefined {
  if (!Number.isInteger(n) || n < 1) return undefined;
  let odd = n;
  while (odd % 2 === 0) odd /= 2;
  if (odd === 1) return { base: 1, power: n };
  for (let base = 4 * odd; n % base === 0; base *= 2)
    if (baseHadamard(base)) return { base, power: n / base };
  return undefined;
}

/** The factorisation with the smallest base that can be constructed; undefined where none can. */
export function findHadamardOrder(n: number): HadamardOrder | undefined {
  if (!known.has(n)) known.set(n, factor(n));
  return known.get(n);
}

/** The nearest size in a direction that has a Hadamard transform. */
function nearest(n: number, step: 1 | -1): number {
  let size = n + step;
  while (size > 1 && !findHadamardOrder(size)) size += step;
  return size;
}

/**
 * How a Hadamard transform of n channels is built.
 * @throws ThinkbitsError `hadamard/no-order`, with the nearest sizes
 */
export function hadamardOrder(n: number): HadamardOrder {
  const order = findHadamardOrder(n);
  if (order) return order;
  throw new ThinkbitsError({
    code: 'hadamard/no-order',
    message: `There is no Hadamard transform of ${n} channels here: no base · 2^m = ${n} whose base is one more than an odd prime or its square, or twice that.`,
    help: `The nearest sizes are ${nearest(n, -1)} and ${nearest(n, 1)}. Use slices of another size (tensorParallel), leave the online transform out, or take a dense random rotation.`,
    details: { size: n },
  });
}
