import { divide, type Fraction } from '../algebra/fraction.js';
import { equalFractions } from '../algebra/is-zero.js';
import type { Value } from '../parse/value.js';
import { compareNumerals } from './compare-numerals.js';
import { compareQuantities } from './compare-quantities.js';
import { compareRatios } from './compare-ratios.js';
import { compareRelations, definedName, definedValue } from './compare-relations.js';
import { compareSequences } from './compare-sequences.js';
import { compareTables } from './compare-tables.js';
import { compareWords } from './compare-text.js';
import type { Context } from './context.js';
import { any, type Equality } from './equality.js';
import { compareRealSets } from './intervals.js';
import { realSetOf } from './real-set.js';

/** Whether two answers are the same. Symmetric but for what a prediction may leave out. */
export function compareValues(context: Context, gold: Value, prediction: Value): Equality {
  context.budget.spend(1);
  if (gold.kind === 'approximation') {
    const readings = [gold.exact, gold.approximate];
    return any(readings.map((own) => compareValues(context, own, prediction)));
  }
  if (prediction.kind === 'approximation') {
    const readings = [prediction.exact, prediction.approximate];
    return any(readings.map((own) => compareValues(context, gold, own)));
  }
  const kinds = [gold.kind, prediction.kind];
  if (gold.kind === 'expression' && prediction.kind === 'expression') {
    return compareQuantities(context, gold, prediction);
  }
  if (gold.kind === 'relation' && prediction.kind === 'relation') {
    return compareRelations(context, gold, prediction);
  }
  if (gold.kind === 'sequence' && prediction.kind === 'sequence') {
    return compareSequences(context, gold, prediction);
  }
  if (gold.kind === 'ratio' && prediction.kind === 'ratio') {
    return compareRatios(context, gold, prediction);
  }
  if (kinds.includes('based')) return compareNumerals(context.policies, gold, prediction);
  if (kinds.includes('text')) return compareWords(context.policies, gold, prediction);
  return compareTables(context, gold, prediction) ?? compareKinds(context, gold, prediction);
}

/** Shapes of which one is never written for another. */
const shapes = new Set(['expression', 'sequence', 'matrix', 'union']);

/** Values of different kinds: an assignment stands for its value, an inequality for a set of numbers. */
function compareKinds(context: Context, gold: Value, prediction: Value): Equality {
  const named = definedName(gold) !== undefined && context.policies.leftHandSide === 'required';
  if (named && (prediction.kind !== 'sequence' || !prediction.items.some(isRelation))) return false;
  const [a, b] = [definedValue(context, gold), definedValue(context, prediction)];
  if (a !== gold || b !== prediction) return compareValues(context, a, b);
  const [x, y] = [realSetOf(context, gold), realSetOf(context, prediction)];
  if (x && y) return compareRealSets(context, x, y);
  const ratios = [gold, prediction].map((value) => quotientOf(context, value));
  if (ratios[0] && ratios[1]) return equalFractions(context.budget, ratios[0], ratios[1]);
  const [c, d] = [onlyMember(context, gold), onlyMember(context, prediction)];
  if (c !== gold || d !== prediction) return compareValues(context, c, d);
  return shapes.has(gold.kind) && shapes.has(prediction.kind) ? false : undefined;
}

const isRelation = ({ kind }: Value): boolean => kind === 'relation';

/** 2 : 3 as 2/3, beside an expression. */
function quotientOf({ budget }: Context, value: Value): Fraction | undefined {
  if (value.kind === 'expression') return value.value;
  if (value.kind !== 'ratio' || value.parts.length !== 2) return undefined;
  const [above, below] = value.parts as [Fraction, Fraction];
  return below.numerator.size === 0 ? undefined : divide(budget, above, below);
}

/** {5} is as good an answer as 5, and so is "1/2 or 50 %", which says one thing twice. */
function onlyMember(context: Context, value: Value): Value {
  const [first, ...others] = value.kind === 'sequence' ? value.items : [];
  if (!first || value.kind !== 'sequence') return value;
  const same = value.alternatives && others.every((item) => compareValues(context, first, item));
  return same || others.length === 0 ? first : value;
}
