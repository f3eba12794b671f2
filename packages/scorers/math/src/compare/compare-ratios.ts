import { type Fraction, multiply } from '../algebra/fraction.js';
import { equalFractions } from '../algebra/is-zero.js';
import type { StepBudget } from '../step-budget.js';
import { all, type Equality } from './equality.js';

/** a : b = c : d when a·d = b·c, and so on for further parts. */
export function compareRatios(
  budget: StepBudget,
  gold: readonly Fraction[],
  prediction: readonly Fraction[],
): Equality {
  const [a, ...rest] = gold;
  const [c, ...others] = prediction;
  if (!a || !c || rest.length !== others.length) return false;
  return all(
    rest.map((b, i) => {
      const left = multiply(budget, a, others[i] as Fraction);
      return equalFractions(budget, left, multiply(budget, b, c));
    }),
  );
}
