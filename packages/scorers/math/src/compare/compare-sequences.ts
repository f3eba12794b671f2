import type { SequenceValue, Value } from '../parse/value.js';
import type { StepBudget } from '../step-budget.js';
import { definedName, definedValue } from './compare-relations.js';
import { textOf } from './compare-text.js';
import { compareValues } from './compare-values.js';
import { all, any, type Equality } from './equality.js';
import { compareRealSets, realSetOf } from './real-set.js';

/**
 * Lists and sets without order, tuples and intervals with it. A list without brackets is read as whatever it is
 * compared with; brackets that differ make other things: a set is no tuple, [0, 1) is not (0, 1).
 */
export function compareSequences(
  budget: StepBudget,
  gold: SequenceValue,
  prediction: SequenceValue,
): Equality {
  const [a, b] = [brackets(gold), brackets(prediction)];
  if (a !== b && a !== '' && b !== '') return compareBrackets(gold, prediction);
  const unordered = [a, b].every((pair) => pair === '' || pair === '{}');
  if (!unordered) return sameInOrder(budget, named(budget, gold), named(budget, prediction));
  const [left, right] = [members(budget, gold), members(budget, prediction)];
  if ([...left, ...right].some((item) => textOf(item) === '…')) {
    return sameInOrder(budget, left, right);
  }
  const equal = sameMembers(budget, left, right);
  return equal || any([equal, compareAsSets(budget, gold, prediction)]);
}

const brackets = ({ open, close }: SequenceValue): string => `${open}${close}`;

const isRelation = ({ kind }: Value): boolean => kind === 'relation';

/** Two ends make an interval, where brackets matter; longer lists may be written either way. */
function compareBrackets(gold: SequenceValue, prediction: SequenceValue): Equality {
  const lengths = [gold.items.length, prediction.items.length];
  const sets = gold.open === '{' || prediction.open === '{';
  return sets || lengths[0] !== lengths[1] || lengths[0] === 2 ? false : undefined;
}

function sameInOrder(budget: StepBudget, a: readonly Value[], b: readonly Value[]): Equality {
  if (a.length !== b.length) return false;
  return all(a.map((item, i) => compareValues(budget, item, b[i] as Value)));
}

/** A list of assignments to different names as a tuple in the order of the names; anything else as it stands. */
function named(budget: StepBudget, sequence: SequenceValue): readonly Value[] {
  const items = sequence.items.map((item) => ({ item, name: definedName(item) ?? '' }));
  if (sequence.open !== '' || items.some(({ name }) => name === '')) return sequence.items;
  items.sort((x, y) => (x.name < y.name ? -1 : 1));
  return items.map(({ item }) => definedValue(budget, item));
}

/** The members of a set, once each. */
function members(budget: StepBudget, sequence: SequenceValue): readonly Value[] {
  if (sequence.open !== '{') return sequence.items;
  const found: Value[] = [];
  for (const item of sequence.items) {
    if (!found.some((member) => compareValues(budget, member, item))) found.push(item);
  }
  return found;
}

/** Whether every member has a partner. Equality being transitive, the first that is found will do. */
function sameMembers(budget: StepBudget, a: readonly Value[], b: readonly Value[]): Equality {
  if (a.length !== b.length) return false;
  const left = [...b];
  let result: Equality = true;
  for (const item of a) {
    const found = left.map((other) => compareValues(budget, item, other));
    const partner = found.indexOf(true);
    if (partner >= 0) left.splice(partner, 1);
    else if (found.includes(undefined)) result = undefined;
    else return false;
  }
  return result;
}

/** Lists of inequalities describe sets of numbers; different where neither list holds one. */
function compareAsSets(
  budget: StepBudget,
  gold: SequenceValue,
  prediction: SequenceValue,
): Equality {
  if (![...gold.items, ...prediction.items].some(isRelation)) return false;
  const [x, y] = [realSetOf(budget, gold), realSetOf(budget, prediction)];
  if (x && y) return compareRealSets(budget, x, y);
  return gold.items.some(isRelation) && prediction.items.some(isRelation) ? undefined : false;
}
