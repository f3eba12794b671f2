import { type Fraction, fractionKey, multiply } from '../algebra/fraction.js';
import { equalFractions } from '../algebra/is-zero.js';
import type { Value } from '../parse/value.js';
import type { Context } from './context.js';
import { all, type Equality } from './equality.js';

type RatioValue = Value & { readonly kind: 'ratio' };

/**
 * a : b = c : d when a·d = b·c, and so on for further parts. What may be two times of day is not known to be the same ratio,
 * and a time before noon is none after it.
 */
export function compareRatios(
  context: Context,
  gold: RatioValue,
  prediction: RatioValue,
): Equality {
  const [a, ...rest] = gold.parts;
  const [c, ...others] = prediction.parts;
  if (!a || !c || rest.length !== others.length) return false;
  const times = compareTimes(gold, prediction);
  if (times === false) return false;
  const equal = all(
    rest.map((b, i) => {
      const left = multiply(context.budget, a, others[i] as Fraction);
      return equalFractions(context.budget, left, multiply(context.budget, b, c));
    }),
  );
  return equal && times;
}

/** Whether two ratios may be the same though they may be times of day: 4:00 is not 5:00, 3:30 PM is not 3:30 AM. */
function compareTimes(gold: RatioValue, prediction: RatioValue): Equality {
  const [own, other] = [gold.clock, prediction.clock];
  if (own === undefined || other === undefined) return true;
  if (own !== other && own !== '' && other !== '') return false;
  const [hours, minutes] = gold.parts.map(fractionKey);
  const [otherHours, otherMinutes] = prediction.parts.map(fractionKey);
  if (hours === otherHours && minutes === otherMinutes) return true;
  const surely = own !== '' || other !== '' || [minutes, otherMinutes].includes('');
  return surely ? false : undefined;
}
