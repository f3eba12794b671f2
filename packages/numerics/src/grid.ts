import {
  type ClipRatios,
  type FloatFormat,
  type KvRangeRule,
  ThinkbitsError,
} from '@thinkbits/spec';

/** Levels and range rule of a group whose parameters are found from its own values. */
export interface Grid {
  /** 2 to 8. */
  readonly bits: number;
  readonly symmetric: boolean;
  /** `zero-inclusive` where absent. Symmetric grids use max|x| under either rule. */
  readonly range?: KvRangeRule;
  /** Ratio in (0, 1] by which both ends of the range shrink; or each end by its own. */
  readonly clip: number | ClipRatios;
  /** What codes stand for where they are no integers; they are unsigned bit patterns then. */
  readonly float?: FloatFormat;
}

/** The smallest code: -2^(bits-1) when symmetric (two's complement), else 0. */
export function lowestCode(bits: number, symmetric: boolean): number {
  return symmetric ? -(2 ** (bits - 1)) : 0;
}

/** The largest code: 2^(bits-1) - 1 when symmetric, else 2^bits - 1. */
export function highestCode(bits: number, symmetric: boolean): number {
  return symmetric ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
}

/** @throws ThinkbitsError `numerics/bits` unless `bits` is an integer from 2 to 8 */
export function checkBits(bits: number): void {
  if (Number.isInteger(bits) && bits >= 2 && bits <= 8) return;
  throw new ThinkbitsError({
    code: 'numerics/bits',
    category: 'usage',
    message: `Codes cannot have ${bits} bits.`,
    help: 'Give a whole number of bits from 2 to 8.',
    details: { bits },
  });
}

/** @throws ThinkbitsError `numerics/length` when an array has another length than its shape says */
export function checkLength(what: string, actual: number, expected: number): void {
  if (actual === expected) return;
  throw new ThinkbitsError({
    code: 'numerics/length',
    category: 'usage',
    message: `${what} has ${actual} elements; its shape asks for ${expected}.`,
    help: 'Pass the array together with the dimensions it was made for.',
    details: { actual, expected },
  });
}
