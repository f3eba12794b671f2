import { fractionKey, negate, subtract } from '../algebra/fraction.js';
import { isZero } from '../algebra/is-zero.js';
import { invertRational, multiplyRationals, type Rational } from '../algebra/rational.js';
import { addSums, atomsOf, negateSum, type Sum, scaleSum } from '../algebra/sum.js';
import type { RelationOperator, RelationValue, Value } from '../parse/value.js';
import { sameWords, textOf } from './compare-text.js';
import { compareValues } from './compare-values.js';
import type { Context } from './context.js';
import { haveDifferentSolutions } from './distinguish-equations.js';
import { all, type Equality } from './equality.js';
import { compareRealSets } from './intervals.js';
import { realSetOf } from './real-set.js';

/** The name that `x = 5`, `f(x) = x^2` or `(x, y) = (1, 2)` defines. */
export function definedName(value: Value): string | undefined {
  if (value.kind !== 'relation') return undefined;
  const assignment = value.operators.every((operator) => operator === '=');
  return assignment ? nameOf(value.members[0] as Value) : undefined;
}

function nameOf(value: Value): string | undefined {
  if (value.kind === 'name') return value.text;
  if (value.kind === 'sequence') {
    const names = value.items.map(nameOf);
    return names.includes(undefined) ? undefined : names.join(',');
  }
  const text = textOf(value) ?? segmentOf(value);
  return text !== undefined && /[^\d/-]/.test(text) ? text : undefined;
}

/** The segment AB, which is read as a product. */
function segmentOf(value: Value): string | undefined {
  const key = value.kind === 'expression' ? fractionKey(value.value) : '';
  return /^1·\[[A-Z]\](?:·\[[A-Z]\])?$/.test(key) ? key.slice(2) : undefined;
}

/** 5 of `x = 5` and of `x = 2 + 3 = 5`, the set of `x ∈ S`; anything else stays what it is. */
export function definedValue(context: Context, value: Value): Value {
  if (value.kind !== 'relation') return value;
  const { members, operators } = value;
  const last = members.at(-1) as Value;
  if (operators.length === 1 && operators[0] === '∈') return last;
  if (definedName(value) !== undefined) return last;
  const computed =
    operators.every((operator) => operator === '=') &&
    all(members.slice(0, -1).map((member) => compareValues(context, member, last)));
  return computed ? last : value;
}

/** Equations up to rearrangement and scale, inequalities up to a positive scale, chains as sets of numbers. */
export function compareRelations(
  context: Context,
  gold: RelationValue,
  prediction: RelationValue,
): Equality {
  const [a, b] = [normalize(context, gold), normalize(context, prediction)];
  const equal = a && b && compareNormalized(context, a, b);
  if (equal !== undefined) return equal;
  const [name, other] = [definedName(gold), definedName(prediction)];
  if (name !== undefined && other !== undefined && sameWords(name, other)) {
    return compareValues(context, definedValue(context, gold), definedValue(context, prediction));
  }
  return compareAsSets(context, gold, prediction) ?? compareMembers(context, gold, prediction);
}

/** left - right, and how it relates to zero: =, ≠, < or ≤. */
interface Normalized {
  readonly difference: Sum;
  readonly operator: RelationOperator;
}

/** Undefined for chains, and where multiplying by a denominator might turn an inequality round. */
function normalize(context: Context, relation: RelationValue): Normalized | undefined {
  const [left, right, ...others] = relation.members;
  const [operator] = relation.operators;
  if (left?.kind !== 'expression' || right?.kind !== 'expression') return undefined;
  if (operator === undefined || operator === '∈' || others.length > 0) return undefined;
  const greater = operator === '>' || operator === '≥';
  const difference = subtract(context.budget, left.value, right.value);
  const { numerator, denominator } = greater ? negate(difference) : difference;
  if (operator !== '=' && atomsOf(denominator).length > 0) return undefined;
  const turned = operator === '>' ? '<' : operator === '≥' ? '≤' : operator;
  return { difference: numerator, operator: turned };
}

function compareNormalized(context: Context, a: Normalized, b: Normalized): Equality {
  const linear = isLinear(a.difference) && isLinear(b.difference);
  if (a.operator !== b.operator) return linear ? false : undefined;
  const scale = proportion(a.difference, b.difference);
  if (scale) {
    const scaled = scaleSum(a.difference, scale);
    if (isZero(addSums(context.budget, scaled, negateSum(b.difference)))) {
      return a.operator === '=' || a.operator === '≠' || scale.numerator > 0n;
    }
  }
  // Equations of higher degree may have the same solutions without being proportional.
  if (linear) return false;
  const equations = a.operator === '=' && b.operator === '=';
  const differ = equations && haveDifferentSolutions(context.budget, a.difference, b.difference);
  return differ ? false : undefined;
}

/** The factor between the coefficients of a term that both have. */
function proportion(a: Sum, b: Sum): Rational | undefined {
  for (const [key, { coefficient }] of a) {
    const other = b.get(key)?.coefficient;
    if (other) return multiplyRationals(other, invertRational(coefficient));
  }
  return undefined;
}

/** At most one symbol to the first power in each term, with rational coefficients. */
const isLinear = (sum: Sum): boolean =>
  [...sum.values()].every(({ factors }) => {
    const [only, ...others] = factors;
    if (!only) return true;
    const [atom, { numerator, denominator }] = only;
    const symbol = atom.symbolic && atom.independent;
    return symbol && numerator === 1n && denominator === 1n && others.length === 0;
  });

/** Inequalities in the same variable as sets of numbers. */
function compareAsSets(context: Context, gold: RelationValue, prediction: RelationValue): Equality {
  if (variablesOf(gold) !== variablesOf(prediction)) return undefined;
  const [x, y] = [realSetOf(context, gold), realSetOf(context, prediction)];
  return x && y ? compareRealSets(context, x, y) : undefined;
}

/** The letters of a relation, also those within functions, sorted. */
const variablesOf = ({ members }: RelationValue): string => {
  const keys = members.map((member) =>
    member.kind === 'expression' ? fractionKey(member.value) : '',
  );
  const names = keys.flatMap((key) => [...key.matchAll(/\[[^\]]*\]/g)].map(([name]) => name));
  return [...new Set(names)].sort().join();
};

/** Relations that are the same member by member; whether others mean the same is not known. */
function compareMembers(
  context: Context,
  gold: RelationValue,
  prediction: RelationValue,
): Equality {
  if (gold.operators.join() !== prediction.operators.join()) return undefined;
  const pairs = gold.members.map((member, i) =>
    compareValues(context, member, prediction.members[i] as Value),
  );
  return all(pairs) || undefined;
}
