import type { SequenceValue, Value } from '../parse/value.js';
import { definedName, definedValue } from './compare-relations.js';
import { textOf } from './compare-text.js';
import { compareValues } from './compare-values.js';
import type { Context } from './context.js';
import { all, any, type Equality } from './equality.js';
import { compareRealSets } from './intervals.js';
import { realSetOf } from './real-set.js';

/**
 * Lists and sets without order, tuples and intervals with it. A list without brackets is read as whatever it is
 * compared with; brackets that differ make other things: a set is no tuple, [0, 1) is not (0, 1). For other rules see
 * {@link MathPolicies.brackets} and {@link MathPolicies.listOrder}.
 */
export function compareSequences(
  context: Context,
  gold: SequenceValue,
  prediction: SequenceValue,
): Equality {
  const { policies } = context;
  if (gold.items.some(isInequality) !== prediction.items.some(isInequality)) {
    return compareAsSets(context, gold, prediction);
  }
  const [a, b] = [brackets(gold), brackets(prediction)];
  if (a !== b && policies.brackets === 'required') return false;
  const differ = a !== b && a !== '' && b !== '';
  if (differ && policies.brackets === 'optional') return compareBrackets(gold, prediction);
  const lists = a === '' && b === '' && policies.listOrder === 'ignore';
  const unordered = lists || [a, b].includes('{}');
  if (!unordered) return sameInOrder(context, named(context, gold), named(context, prediction));
  const [left, right] = [members(context, gold), members(context, prediction)];
  if ([...left, ...right].some((item) => textOf(item) === '…')) {
    return sameInOrder(context, left, right);
  }
  const definitions = compareDefinitions(context, left, right);
  if (definitions !== undefined) return definitions;
  const equal = sameMembers(context, left, right);
  return equal || any([equal, compareAsSets(context, gold, prediction)]);
}

const brackets = ({ open, close }: SequenceValue): string => `${open}${close}`;

/** A relation that defines nothing. */
const isInequality = (value: Value): boolean =>
  value.kind === 'relation' && definedName(value) === undefined;

/** Two ends make an interval, where brackets matter; longer lists may be written either way. */
function compareBrackets(gold: SequenceValue, prediction: SequenceValue): Equality {
  const lengths = [gold.items.length, prediction.items.length];
  const sets = gold.open === '{' || prediction.open === '{';
  return sets || lengths[0] !== lengths[1] || lengths[0] === 2 ? false : undefined;
}

function sameInOrder(context: Context, a: readonly Value[], b: readonly Value[]): Equality {
  if (a.length !== b.length) return false;
  return all(a.map((item, i) => compareValues(context, item, b[i] as Value)));
}

/** Values of the same different names, name by name; undefined for anything else. */
function compareDefinitions(context: Context, a: readonly Value[], b: readonly Value[]): Equality {
  const [own, other] = [a, b].map(
    (items) => new Map(items.map((item) => [definedName(item) ?? '', definedValue(context, item)])),
  );
  if (!own || !other || own.has('') || own.size !== a.length || other.size !== b.length)
    return undefined;
  if (a.length !== b.length || ![...own.keys()].every((name) => other.has(name))) return undefined;
  return all(
    [...own].map(([name, value]) => compareValues(context, value, other.get(name) as Value)),
  );
}

/** A list of assignments to different names as a tuple in the order of the names; anything else as it stands. */
function named(context: Context, sequence: SequenceValue): readonly Value[] {
  if (context.policies.leftHandSide === 'required') return sequence.items;
  const items = sequence.items.map((item) => ({ item, name: definedName(item) ?? '' }));
  if (sequence.open !== '' || items.some(({ name }) => name === '')) return sequence.items;
  items.sort((x, y) => (x.name < y.name ? -1 : 1));
  return items.map(({ item }) => definedValue(context, item));
}

/** The members of a set, once each. */
function members(context: Context, sequence: SequenceValue): readonly Value[] {
  if (sequence.open !== '{') return sequence.items;
  const found: Value[] = [];
  for (const item of sequence.items) {
    if (!found.some((member) => compareValues(context, member, item))) found.push(item);
  }
  return found;
}

/** Whether every member has a partner. Equality being transitive, the first that is found will do. */
function sameMembers(context: Context, a: readonly Value[], b: readonly Value[]): Equality {
  if (a.length !== b.length) return false;
  const left = [...b];
  let result: Equality = true;
  for (const item of a) {
    const found = left.map((other) => compareValues(context, item, other));
    const partner = found.indexOf(true);
    if (partner >= 0) left.splice(partner, 1);
    else if (found.includes(undefined)) result = undefined;
    else return false;
  }
  return result;
}

/** Lists of inequalities describe sets of numbers; different where neither list holds one. */
function compareAsSets(context: Context, gold: SequenceValue, prediction: SequenceValue): Equality {
  if (![...gold.items, ...prediction.items].some(isInequality)) return false;
  const [x, y] = [realSetOf(context, gold), realSetOf(context, prediction)];
  if (x && y) return compareRealSets(context, x, y);
  return gold.items.some(isInequality) && prediction.items.some(isInequality) ? undefined : false;
}
