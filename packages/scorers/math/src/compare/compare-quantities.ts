import { pi } from '../algebra/atoms.js';
import {
  approximateReal,
  type Fraction,
  fromAtom,
  fromRational,
  multiply,
} from '../algebra/fraction.js';
import { rational } from '../algebra/rational.js';
import type { ExpressionValue } from '../parse/value.js';
import { conversionFactor } from '../tokenize/convert-unit.js';
import { isKnownUnit } from '../tokenize/units.js';
import { compareNumbers } from './compare-numbers.js';
import type { Context } from './context.js';
import { any, type Equality } from './equality.js';

/** Expressions with their units, see {@link MathPolicies.units} and {@link MathPolicies.percent}; 180° is π. */
export function compareQuantities(
  context: Context,
  gold: ExpressionValue,
  prediction: ExpressionValue,
): Equality {
  const { policies } = context;
  const equal = compareNumbers(context, gold, prediction);
  const refused = prediction.unreduced && !gold.unreduced;
  if (refused && policies.unreducedFractions === 'refuse') return false;
  if (gold.unit === prediction.unit) return equal;
  if (gold.unit !== undefined && prediction.unit !== undefined) {
    return compareUnits(context, gold, prediction, equal);
  }
  const [given, other] = gold.unit === undefined ? [prediction, gold] : [gold, prediction];
  const times = (factor: Fraction) => {
    const value = multiply(context.budget, given.value, factor);
    return compareNumbers(context, { ...given, value }, other);
  };
  if (given.unit === 'percent') {
    const proportion = times(fromRational(rational(1n, 100n)));
    // Only the sign may have been dropped; a figure up to 1 without one is read as the proportion itself.
    const dropped = policies.percent === 'lenient' && Math.abs(approximateReal(given.value)) > 1;
    return dropped ? any([proportion, equal]) : proportion;
  }
  if (policies.units === 'required') return false;
  if (given.unit !== 'degree') return equal;
  return any([equal, times(multiply(context.budget, fromAtom(pi), perDegree))]);
}

const perDegree = fromRational(rational(1n, 180n));

/** Amounts in two units: 100 cm is 1 m, 5 cm is not 5 m, 12 students may be 12 pupils. */
function compareUnits(
  context: Context,
  gold: ExpressionValue,
  prediction: ExpressionValue,
  equal: Equality,
): Equality {
  // Whether unknown words count the same things, a reader has to say.
  if (context.policies.units === 'ignore') return equal;
  const [from, to] = [`${prediction.unit}`, `${gold.unit}`];
  const factor = conversionFactor(from, to);
  if (factor) {
    const value = multiply(context.budget, prediction.value, fromRational(factor));
    return compareNumbers(context, gold, { ...prediction, value });
  }
  return isKnownUnit(from) && isKnownUnit(to) ? false : undefined;
}
