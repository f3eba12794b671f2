import type { Value } from '../parse/value.js';
import type { MathPolicies } from '../policies.js';
import { textOf } from './compare-text.js';
import type { Equality } from './equality.js';

/**
 * Numerals with a base are equal digit by digit in the same base; where one side leaves the base out, the digits decide
 * unless the policy asks for it.
 */
export function compareNumerals(
  { baseSubscript }: MathPolicies,
  gold: Value,
  prediction: Value,
): Equality {
  if (gold.kind === 'based' && prediction.kind === 'based') {
    const same = baseSubscript === 'ignore' || gold.base === prediction.base;
    return same && plainDigits(gold.digits) === plainDigits(prediction.digits);
  }
  const [based, other] = gold.kind === 'based' ? [gold, prediction] : [prediction, gold];
  const digits = textOf(other);
  if (based.kind !== 'based' || other.kind !== 'expression') return undefined;
  if (digits === undefined) return false;
  return baseSubscript !== 'required' && plainDigits(based.digits) === plainDigits(digits);
}

const plainDigits = (digits: string): string => digits.replace(/^0+(?=.)/, '').toUpperCase();
