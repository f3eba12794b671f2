import type { Value } from '../parse/value.js';
import type { StepBudget } from '../step-budget.js';
import { compareNumerals } from './compare-numerals.js';
import { compareQuantities } from './compare-quantities.js';
import { compareRatios } from './compare-ratios.js';
import { compareRelations, definedValue } from './compare-relations.js';
import { compareSequences } from './compare-sequences.js';
import { compareTables } from './compare-tables.js';
import { compareWords } from './compare-text.js';
import type { Equality } from './equality.js';
import { compareRealSets, realSetOf } from './real-set.js';

/** Whether two answers are the same. Symmetric but for what a prediction may leave out. */
export function compareValues(budget: StepBudget, gold: Value, prediction: Value): Equality {
  budget.spend(1);
  const kinds = [gold.kind, prediction.kind];
  if (gold.kind === 'expression' && prediction.kind === 'expression') {
    return compareQuantities(budget, gold, prediction);
  }
  if (gold.kind === 'relation' && prediction.kind === 'relation') {
    return compareRelations(budget, gold, prediction);
  }
  if (gold.kind === 'sequence' && prediction.kind === 'sequence') {
    return compareSequences(budget, gold, prediction);
  }
  if (gold.kind === 'ratio' && prediction.kind === 'ratio') {
    return compareRatios(budget, gold.parts, prediction.parts);
  }
  if (kinds.includes('based')) return compareNumerals(gold, prediction);
  if (kinds.includes('text')) return compareWords(gold, prediction);
  return compareTables(budget, gold, prediction) ?? compareKinds(budget, gold, prediction);
}

/** Shapes of which one is never written for another. */
const shapes = new Set(['expression', 'sequence', 'matrix', 'union']);

/** Values of different kinds: an assignment stands for its value, an inequality for a set of numbers. */
function compareKinds(budget: StepBudget, gold: Value, prediction: Value): Equality {
  const [a, b] = [definedValue(budget, gold), definedValue(budget, prediction)];
  if (a !== gold || b !== prediction) return compareValues(budget, a, b);
  const [x, y] = [realSetOf(budget, gold), realSetOf(budget, prediction)];
  if (x && y) return compareRealSets(budget, x, y);
  const [c, d] = [onlyMember(gold), onlyMember(prediction)];
  if (c !== gold || d !== prediction) return compareValues(budget, c, d);
  return shapes.has(gold.kind) && shapes.has(prediction.kind) ? false : undefined;
}

/** {5} is as good an answer as 5. */
function onlyMember(value: Value): Value {
  const [only, ...others] = value.kind === 'sequence' ? value.items : [];
  return only && others.length === 0 ? only : value;
}
