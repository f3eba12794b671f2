import type { Value } from '../parse/value.js';
import { textOf } from './compare-text.js';
import type { Equality } from './equality.js';

/** Numerals with a base are equal digit by digit in the same base; where one side leaves the base out, the digits decide. */
export function compareNumerals(gold: Value, prediction: Value): Equality {
  if (gold.kind === 'based' && prediction.kind === 'based') {
    return gold.base === prediction.base && gold.digits === prediction.digits;
  }
  const [based, other] = gold.kind === 'based' ? [gold, prediction] : [prediction, gold];
  const digits = textOf(other);
  return based.kind === 'based' && digits !== undefined ? based.digits === digits : undefined;
}
