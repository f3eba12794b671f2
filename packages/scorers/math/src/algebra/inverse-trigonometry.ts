import type { StepBudget } from '../step-budget.js';
import { pi } from './atoms.js';
import { complex } from './complex.js';
import {
  approximateReal,
  type Fraction,
  fromAtom,
  fromRational,
  multiply,
  negate,
  subtract,
} from './fraction.js';
import { equalFractions } from './is-zero.js';
import { isNegative, opaque } from './opaque.js';
import { rational } from './rational.js';
import { sineOf, trigonometricQuotient } from './trigonometry.js';

/** Angles are looked for among the multiples of π/120. */
const parts = 120;

const turn = (budget: StepBudget, numerator: number, denominator: number): Fraction =>
  multiply(budget, fromAtom(pi), fromRational(rational(BigInt(numerator), BigInt(denominator))));

/** The inverse functions by name, principal values; undefined for another name. */
export function inverseTrigonometric(
  budget: StepBudget,
  name: string,
  value: Fraction,
): Fraction | undefined {
  if (name === 'arcsin') return arcsine(budget, value);
  // arccos x = π/2 - arcsin x
  if (name === 'arccos') return subtract(budget, turn(budget, 1, 2), arcsine(budget, value));
  if (name === 'arctan') return arctangent(budget, value);
  return undefined;
}

function arcsine(budget: StepBudget, value: Fraction): Fraction {
  const angle = known(budget, value, Math.asin(approximateReal(value)), sineOf);
  return angle ?? odd('arcsin', value, Math.asin);
}

function arctangent(budget: StepBudget, value: Fraction): Fraction {
  const tangent = (own: StepBudget, angle: Fraction) =>
    trigonometricQuotient(own, 'tan', angle) as Fraction;
  const angle = known(budget, value, Math.atan(approximateReal(value)), tangent);
  return angle ?? odd('arctan', value, Math.atan);
}

/** The multiple of π/120 near the approximation, where the function of it is exactly the value. */
function known(
  budget: StepBudget,
  value: Fraction,
  approximation: number,
  ofAngle: (budget: StepBudget, angle: Fraction) => Fraction,
): Fraction | undefined {
  const steps = Math.round((approximation / Math.PI) * parts);
  const near = Math.abs(approximation - (steps * Math.PI) / parts) < 1e-9;
  if (!near) return undefined;
  const angle = turn(budget, steps, parts);
  return equalFractions(budget, ofAngle(budget, angle), value) ? angle : undefined;
}

function odd(name: string, value: Fraction, approximation: (x: number) => number): Fraction {
  const result = (x: Fraction) => opaque(name, x, ({ real }) => complex(approximation(real)));
  return isNegative(value) ? negate(result(negate(value))) : result(value);
}
