import { approximateReal, rationalOf } from '../algebra/fraction.js';
import { equalFractions } from '../algebra/is-zero.js';
import { floorRational, multiplyRationals, rational } from '../algebra/rational.js';
import type { ExpressionValue } from '../parse/value.js';
import type { Context } from './context.js';
import type { Equality } from './equality.js';

/** Whether two values are equal, or round to the same decimals where the policy has decimals rounded. */
export function compareNumbers(
  { budget, policies }: Context,
  gold: ExpressionValue,
  prediction: ExpressionValue,
): Equality {
  const equal = equalFractions(budget, gold.value, prediction.value);
  const places = policies.decimalPlaces;
  if (equal || places === null || !(gold.decimal || prediction.decimal)) return equal;
  const [a, b] = [rounded(gold, places), rounded(prediction, places)];
  return a === undefined || b === undefined ? equal : a === b;
}

/** value · 10^places to the nearest integer; undefined where the value is no real number. */
function rounded({ value }: ExpressionValue, places: number): bigint | undefined {
  const exact = rationalOf(value);
  if (exact) {
    const scaled = multiplyRationals(exact, rational(10n ** BigInt(places)));
    return floorRational(
      rational(2n * scaled.numerator + scaled.denominator, 2n * scaled.denominator),
    );
  }
  const size = approximateReal(value) * 10 ** places;
  return Number.isFinite(size) ? BigInt(Math.round(size)) : undefined;
}
