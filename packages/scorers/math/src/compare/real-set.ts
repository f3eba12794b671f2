import { infinity } from '../algebra/atoms.js';
import { approximateReal, type Fraction, fromAtom, negate } from '../algebra/fraction.js';
import { equalFractions } from '../algebra/is-zero.js';
import type { RelationValue, Value } from '../parse/value.js';
import { textOf } from './compare-text.js';
import type { Context } from './context.js';
import { all, type Equality } from './equality.js';
import { solveInequality } from './solve-inequality.js';

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
const everything: RealSet = [
  { low: minusInfinity, high: plusInfinity, lowClosed: false, highClosed: false },
];

/** The numbers that an interval, a union, an inequality or `x ∈ S` describes; undefined for anything else. */
export function realSetOf(context: Context, value: Value): RealSet | undefined {
  context.budget.spend(1);
  if (value.kind === 'relation') return setOfRelation(context, value);
  if (value.kind === 'expression') return textOf(value) === 'mathbb R' ? everything : undefined;
  if (value.kind === 'union') return joined(value.parts.map((part) => realSetOf(context, part)));
  if (value.kind === 'difference') return setOfDifference(context, value.parts);
  if (value.kind !== 'sequence') return undefined;
  const { open, close, items } = value;
  if (open === '{') return joined(items.map(pointOf));
  if (open !== '') {
    const [low, high, ...others] = items;
    if (low?.kind !== 'expression' || high?.kind !== 'expression') return undefined;
    if (others.length > 0) return undefined;
    const [lowClosed, highClosed] = [open === '[', close === ']'];
    return [{ low: low.value, high: high.value, lowClosed, highClosed }];
  }
  // Inequalities side by side mean "or" when no number satisfies two of them; else it is not clear what they mean.
  const union = joined(items.map((item) => realSetOf(context, item)));
  const merged = union && merge(context, union);
  return merged?.length === union?.length ? union : undefined;
}

function pointOf(value: Value): RealSet | undefined {
  if (value.kind !== 'expression') return undefined;
  return [{ low: value.value, high: value.value, lowClosed: true, highClosed: true }];
}

function joined(parts: readonly (RealSet | undefined)[]): RealSet | undefined {
  return parts.includes(undefined) ? undefined : (parts as RealSet[]).flat();
}

/** A set without some points. */
function setOfDifference(context: Context, parts: readonly Value[]): RealSet | undefined {
  const [whole, removed] = parts.map((part) => realSetOf(context, part));
  if (!whole || !removed) return undefined;
  let set: RealSet = whole;
  for (const { low: point, high } of removed) {
    const at = approximateReal(point);
    if (high !== point || Number.isNaN(at)) return undefined;
    set = set.flatMap((part) => {
      const inside = approximateReal(part.low) < at && at < approximateReal(part.high);
      if (!inside) return [part];
      return [
        { ...part, high: point, highClosed: false },
        { ...part, low: point, lowClosed: false },
      ];
    });
  }
  return set;
}

function setOfRelation(
  context: Context,
  { members, operators }: RelationValue,
): RealSet | undefined {
  if (operators[0] === '∈') {
    return operators.length === 1 ? realSetOf(context, members[1] as Value) : undefined;
  }
  const [first, second, ...others] = operators.map((operator, i) =>
    solveInequality(context, members[i] as Value, operator, members[i + 1] as Value),
  );
  if (operators.length === 1) return first;
  // a < x < b: one gives the lower end, the other the upper.
  const [x, y] = [first?.[0], second?.[0]];
  if (!x || !y || others.length > 0 || first?.length !== 1 || second?.length !== 1)
    return undefined;
  const [above, below] = x.high === plusInfinity ? [x, y] : [y, x];
  if (above.high !== plusInfinity || below.low !== minusInfinity) return undefined;
  return [{ ...below, low: above.low, lowClosed: above.lowClosed }];
}

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
function merge(context: Context, set: RealSet): RealSet | undefined {
  const sorted = set
    .map((part) => ({ part, from: approximateReal(part.low), to: approximateReal(part.high) }))
    .sort((a, b) => a.from - b.from || a.to - b.to);
  if (sorted.some(({ from, to }) => Number.isNaN(from) || Number.isNaN(to))) return undefined;
  const merged: Interval[] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const { part, from, to } of sorted) {
    const last = merged.at(-1);
    const near = last && Math.abs(from - end) <= 1e-9 * Math.max(1, Math.abs(end));
    const touching = near ? equalFractions(context.budget, last.high, part.low) : false;
    if (touching === undefined) return undefined;
    const joins = touching ? last?.highClosed || part.lowClosed : from < end;
    if (!last || !joins) merged.push(part);
    else if (to > end || (to === end && part.highClosed)) {
      merged[merged.length - 1] = { ...last, high: part.high, highClosed: part.highClosed };
    }
    end = Math.max(end, to);
  }
  return merged;
}
