import { approximateReal } from '../algebra/fraction.js';
import type { RelationValue, SequenceValue, Value } from '../parse/value.js';
import { textOf } from './compare-text.js';
import type { Context } from './context.js';
import { everything, type Interval, intersect, merge, type RealSet } from './intervals.js';
import { solveInequality } from './solve-inequality.js';

/** The numbers that an interval, a union, an inequality or `x ∈ S` describes; undefined for anything else. */
export function realSetOf(context: Context, value: Value): RealSet | undefined {
  context.budget.spend(1);
  if (value.kind === 'relation') return setOfRelation(context, value);
  if (value.kind === 'expression') return textOf(value) === 'mathbb R' ? everything : undefined;
  if (value.kind === 'union') return joined(value.parts.map((part) => realSetOf(context, part)));
  if (value.kind === 'intersection') {
    return common(
      context,
      value.parts.map((part) => realSetOf(context, part)),
    );
  }
  if (value.kind === 'difference') return setOfDifference(context, value.parts);
  return value.kind === 'sequence' ? setOfSequence(context, value) : undefined;
}

function setOfSequence(context: Context, sequence: SequenceValue): RealSet | undefined {
  const { open, close, items } = sequence;
  if (open === '{') return joined(items.map(pointOf));
  if (open !== '') {
    const [low, high, ...others] = items;
    if (low?.kind !== 'expression' || high?.kind !== 'expression') return undefined;
    if (others.length > 0) return undefined;
    const [lowClosed, highClosed] = [open === '[', close === ']'];
    return [{ low: low.value, high: high.value, lowClosed, highClosed }];
  }
  // Inequalities side by side mean "or" where it says so and where no number satisfies two of them; else "and".
  const parts = items.map((item) => realSetOf(context, item));
  const union = joined(parts);
  const merged = union && merge(context, union);
  if (!merged || sequence.alternatives || merged.length === union?.length) return union;
  return items.every(({ kind }) => kind === 'relation') ? common(context, parts) : undefined;
}

function pointOf(value: Value): RealSet | undefined {
  if (value.kind !== 'expression') return undefined;
  return [{ low: value.value, high: value.value, lowClosed: true, highClosed: true }];
}

function joined(parts: readonly (RealSet | undefined)[]): RealSet | undefined {
  return parts.includes(undefined) ? undefined : (parts as RealSet[]).flat();
}

function common(context: Context, parts: readonly (RealSet | undefined)[]): RealSet | undefined {
  return parts.reduce((a, b) => a && b && intersect(context, a, b), everything);
}

/** A set without some points. */
function setOfDifference(context: Context, parts: readonly Value[]): RealSet | undefined {
  const [whole, removed] = parts.map((part) => realSetOf(context, part));
  if (!whole || !removed) return undefined;
  let set: RealSet = whole;
  for (const { low: point, high } of removed) {
    const at = approximateReal(point);
    if (high !== point || Number.isNaN(at)) return undefined;
    set = set.flatMap((part): Interval[] => {
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

/** `x ∈ S`, or a chain of inequalities, which hold together. */
function setOfRelation(
  context: Context,
  { members, operators }: RelationValue,
): RealSet | undefined {
  if (operators[0] === '∈') {
    return operators.length === 1 ? realSetOf(context, members[1] as Value) : undefined;
  }
  return common(
    context,
    operators.map((operator, i) =>
      solveInequality(context, members[i] as Value, operator, members[i + 1] as Value),
    ),
  );
}
