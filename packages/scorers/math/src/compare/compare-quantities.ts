import { pi } from '../algebra/atoms.js';
import {
  approximateReal,
  type Fraction,
  fromAtom,
  fromRational,
  multiply,
} from '../algebra/fraction.js';
import { equalFractions } from '../algebra/is-zero.js';
import { rational } from '../algebra/rational.js';
import type { ExpressionValue } from '../parse/value.js';
import type { StepBudget } from '../step-budget.js';
import { isKnownUnit } from '../tokenize/units.js';
import { any, type Equality } from './equality.js';

/**
 * Expressions with their units. A unit that one side leaves out does not matter, and 180° is π; two known units that
 * differ make another amount of the same figure.
 *
 * 25% is 0.25, and 25 as well where only the sign was dropped, which is taken for possible above 1: a figure up to 1
 * without a sign is read as the proportion itself.
 */
export function compareQuantities(
  budget: StepBudget,
  gold: ExpressionValue,
  prediction: ExpressionValue,
): Equality {
  const equal = equalFractions(budget, gold.value, prediction.value);
  if (gold.unit === prediction.unit) return equal;
  const [given, other] = gold.unit === undefined ? [prediction, gold] : [gold, prediction];
  if (other.unit !== undefined) {
    // Another figure in other units may be a conversion.
    return equal && isKnownUnit(`${given.unit}`) && isKnownUnit(other.unit) ? false : undefined;
  }
  const times = (factor: Fraction) =>
    equalFractions(budget, multiply(budget, given.value, factor), other.value);
  if (given.unit === 'percent') {
    const proportion = times(fromRational(rational(1n, 100n)));
    return Math.abs(approximateReal(given.value)) > 1 ? any([proportion, equal]) : proportion;
  }
  if (given.unit !== 'degree') return equal;
  return any([equal, times(multiply(budget, fromAtom(pi), fromRational(rational(1n, 180n))))]);
}
