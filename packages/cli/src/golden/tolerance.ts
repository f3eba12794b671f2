import type { Json } from '@thinkbits/spec';
import type { Closeness } from './difference.js';

/** How a key of a case's `tolerance` is meant. */
export interface ToleranceRule {
  readonly how: Closeness['how'];
  /** The expected tensors and values that it governs; those that a case does not have are passed over. */
  readonly of: readonly string[];
  /** Holds where the case does not say. */
  readonly unsaid?: Closeness;
  /** Applied to both sides first: what it takes to one number counts as equal. */
  readonly alike?: (value: number) => number;
}

/** The phrases that mean equality, and no others. */
const exactPhrases = new Set([
  'exact',
  'exact in float32 arithmetic',
  'exact in float32 arithmetic (float64 may flip exact ties)',
  'exact (inputs chosen so that float32 and float64 agree)',
  'exact, except among equal diagonal entries (dead columns)',
  // what is less clear is settled before anything is compared
  'exact where relative_gap_to_second_best > 0.01',
  'exact (any NaN code for NaN)',
  'exact; the sign of zero is kept',
]);

/** The phrase of values that are compared as they are, NaN and the sign of zero included. */
const identicalPhrase = 'exact, NaN equals NaN, -0 equals -0';
/** The phrase that asks for a Hadamard matrix and for none in particular. */
const hadamardPhrase = /^any matrix of ±1 with H Hᵀ = order·I is valid/;
/** The phrase of zero points: a quotient at a tie rounds either way. Few are at one. */
const zeroPointPhrase = 'exact up to one at a rounding tie';
const shareWithoutTies = 0.98;

/** The phrase of whole models, where one code that flips at a tie moves a few entries far. */
const mostPhrase = /^(\d+(?:\.\d+)?) % of the entries within (\d\S*) of max\|\w+\|$/;

/** The phrase of codes that come late in a whole model; what stands behind it says why. */
const equalPhrase = /^(\d+(?:\.\d+)?) % equal(?: \(.*\))?$/;

/** The phrase of searched thresholds: one that differs is a step of the grid away. */
const thresholdPhrase = /^(\d+(?:\.\d+)?) % of the thresholds equal to (\d\S*)$/;

/** The phrase of codes that are equal but for ties; what stands between says which. */
const tiesPhrase = /^exact except at ties of .*: (\d+(?:\.\d+)?) %$/;

/** Reads a tolerance; a text when it cannot be read as the rule means it. */
export function readTolerance(
  key: string,
  value: Json | undefined,
  { how, unsaid }: ToleranceRule,
): Closeness | string {
  if (value === undefined) return unsaid ?? `the case gives no tolerance "${key}"`;
  if (how === 'exact') {
    if (typeof value === 'string' && exactPhrases.has(value)) return { how };
    return `the tolerance "${key}" has the unknown phrase ${JSON.stringify(value)}`;
  }
  if (how === 'identical' && value === identicalPhrase) return { how };
  if (how === 'ties') {
    if (value === zeroPointPhrase) return { how, share: shareWithoutTies };
    return `the tolerance "${key}" has the unknown phrase ${JSON.stringify(value)}`;
  }
  if (how === 'hadamard') {
    if (typeof value === 'string' && hadamardPhrase.test(value)) return { how };
    return `the tolerance "${key}" has the unknown phrase ${JSON.stringify(value)}`;
  }
  if (how === 'most') {
    const [, equal] = equalPhrase.exec(String(value)) ?? tiesPhrase.exec(String(value)) ?? [];
    if (equal !== undefined) return { how, share: Number(equal) / 100, limit: 0 };
    const [, thresholds, apart] = thresholdPhrase.exec(String(value)) ?? [];
    if (apart !== undefined) {
      return { how, share: Number(thresholds) / 100, limit: Number(apart), of: 'each' };
    }
    const [, percent, limit] = mostPhrase.exec(String(value)) ?? [];
    if (limit !== undefined) return { how, share: Number(percent) / 100, limit: Number(limit) };
    return `the tolerance "${key}" has the unknown phrase ${JSON.stringify(value)}`;
  }
  if (typeof value === 'number' && value >= 0) return { how, limit: value };
  const isLimit = (limit: Json): limit is number => typeof limit === 'number' && limit >= 0;
  if (how === 'relative' && Array.isArray(value) && value.every(isLimit)) {
    return { how, limit: value };
  }
  return `the tolerance "${key}" is ${JSON.stringify(value)}, not a number`;
}
