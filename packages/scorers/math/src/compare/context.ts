import type { MathPolicies } from '../policies.js';
import type { StepBudget } from '../step-budget.js';

/** What a comparison may spend, and by which rules it goes. */
export interface Context {
  readonly budget: StepBudget;
  readonly policies: MathPolicies;
}
