import { type Fraction, multiply } from '../algebra/fraction.js';
import { equalFractions } from '../algebra/is-zero.js';
import type { Context } from './context.js';
import { all, type Equality } from './equality.js';

/** a : b = c : d when a·d = b·c, and so on for further parts. */
export function compareRatios(
  context: Context,
  gold: readonly Fraction[],
  prediction: readonly Fraction[],
): Equality {
  const [a, ...rest] = gold;
  const [c, ...others] = prediction;
  if (!a || !c || rest.length !== others.length) return false;
  return all(
    rest.map((b, i) => {
      const left = multiply(context.budget, a, others[i] as Fraction);
      return equalFractions(context.budget, left, multiply(context.budget, b, c));
    }),
  );
}
