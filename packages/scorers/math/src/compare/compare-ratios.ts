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
  const clocks = [gold.clock, prediction.clock];
  const times = !clocks.includes(undefined);
  if (times && !clocks.includes('') && clocks[0] !== clocks[1]) return false;
  const equal = all(
    rest.map((b, i) => {
      const left = multiply(context.budget, a, others[i] as Fraction);
      return equalFractions(context.budget, left, multiply(context.budget, b, c));
    }),
  );
  const same = times && fractionKey(a) !== fractionKey(c) ? undefined : equal;
  return equal && same;
}
