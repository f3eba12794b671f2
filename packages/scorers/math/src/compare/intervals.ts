import { infinity } from '../algebra/atoms.js';
import { approximateReal, type Fraction, fromAtom, negate } from '../algebra/fraction.js';
import { equalFractions } from '../algebra/is-zero.js';
import type { Context } from './context.js';
import { all, type Equality } from './equality.js';

/** An interval of real numbers; its ends may be ±∞. */
export interface Interval {
  readonly low: Fraction;
  readonly high: Fraction;
  readonly lowClosed: boolean;
  readonly highClosed: boolean;
}

/** A union of intervals. */
export type RealSet = readonly Interval[];

export const plusInfinity = fromAtom(infinity);
export const minusInfinity = negate(plusInfinity);
export const everything: RealSet = [
  { low: minusInfinity, high: plusInfinity, lowClosed: false, highClosed: false },
];

/** Whether two sets have the same members. */
export function compareRealSets(context: Context, a: RealSet, b: RealSet): Equality {
  const [x, y] = [merge(context, a), merge(context, b)];
  if (!x || !y) return undefined;
  if (x.length !== y.length) return false;
  return all(
    x.flatMap((own, i) => {
      const other = y[i] as Interval;
      const sameEnds = own.lowClosed === other.lowClosed && own.highClosed === other.highClosed;
      if (!sameEnds) return [false];
      return [
        equalFractions(context.budget, own.low, other.low),
        equalFractions(context.budget, own.high, other.high),
      ];
    }),
  );
}

/** Sorts intervals and joins those that touch or overlap; undefined where ends are no numbers or too close to tell. */
export function merge(context: Context, set: RealSet): RealSet | undefined {
  const sorted = set
    .map((part) => ({ part, from: approximateReal(part.low), to: approximateReal(part.high) }))
    .sort((a, b) => a.from - b.from || a.to - b.to);
  if (sorted.some(({ from, to }) => Number.isNaN(from) || Number.isNaN(to))) return undefined;
  const merged: Interval[] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const { part, from, to } of sorted) {
    const last = merged.at(-1);
    const touching = last ? sameEnd(context, last.high, part.low) : false;
    if (touching === undefined) return undefined;
    const joins = touching ? last?.highClosed || part.lowClosed : from < end;
    if (!last || !joins) merged.push(part);
    else {
      // Sorted by the lower end, of two that begin together a closed one may come second.
      const begins = sameEnd(context, last.low, part.low) && part.lowClosed;
      const low = begins ? { ...last, lowClosed: true } : last;
      const longer = to > end || (to === end && part.highClosed);
      merged[merged.length - 1] = longer
        ? { ...low, high: part.high, highClosed: part.highClosed }
        : low;
    }
    end = Math.max(end, to);
  }
  return merged;
}

/** Whether two ends are the same number; undefined where they are too close to tell. */
function sameEnd({ budget }: Context, a: Fraction, b: Fraction): Equality {
  const [x, y] = [approximateReal(a), approximateReal(b)];
  if (!Number.isFinite(x) || !Number.isFinite(y)) return x === y;
  const near = Math.abs(x - y) <= 1e-9 * Math.max(1, Math.abs(x));
  return near ? equalFractions(budget, a, b) : false;
}

/** What two sets have in common; undefined where ends are too close to tell. */
export function intersect(context: Context, a: RealSet, b: RealSet): RealSet | undefined {
  const common: Interval[] = [];
  for (const x of a) {
    for (const y of b) {
      const part = intersectIntervals(context, x, y);
      if (part === undefined) return undefined;
      common.push(...part);
    }
  }
  return common;
}

function intersectIntervals(context: Context, a: Interval, b: Interval): RealSet | undefined {
  const [lows, highs] = [sameEnd(context, a.low, b.low), sameEnd(context, a.high, b.high)];
  if (lows === undefined || highs === undefined) return undefined;
  const [later] = approximateReal(a.low) > approximateReal(b.low) ? [a] : [b];
  const [sooner] = approximateReal(a.high) < approximateReal(b.high) ? [a] : [b];
  const part: Interval = {
    low: later.low,
    lowClosed: lows ? a.lowClosed && b.lowClosed : later.lowClosed,
    high: sooner.high,
    highClosed: highs ? a.highClosed && b.highClosed : sooner.highClosed,
  };
  const point = sameEnd(context, part.low, part.high);
  if (point === undefined) return undefined;
  if (point) return part.lowClosed && part.highClosed ? [part] : [];
  return approximateReal(part.low) < approximateReal(part.high) ? [part] : [];
}
