import { infinity, symbolAtom } from '../algebra/atoms.js';
import { fromAtom, negate } from '../algebra/fraction.js';
import type { Value } from './value.js';

const infinite = fromAtom(infinity);
const nothing: Value = { kind: 'sequence', open: '{', close: '}', items: [] };

/** Phrases that stand for a value. */
const meanings: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['infinity', { kind: 'expression', value: infinite }],
  ['positive infinity', { kind: 'expression', value: infinite }],
  ['negative infinity', { kind: 'expression', value: negate(infinite) }],
  ...['all real numbers', 'all reals', 'all real number', 'the real numbers', 'real numbers'].map(
    (phrase) =>
      [phrase, { kind: 'expression', value: fromAtom(symbolAtom('mathbb R')) }] as [string, Value],
  ),
  ...['no solution', 'no solutions', 'no real solution', 'no real solutions', 'empty set'].map(
    (phrase) => [phrase, nothing] as [string, Value],
  ),
]);

/** The value that a phrase stands for, or the phrase itself. */
export function meaningOf(text: string): Value {
  const plain = text
    .toLowerCase()
    .replaceAll(/[\s.,]+/g, ' ')
    .trim();
  if (plain === 'dne') return { kind: 'text', text: 'does not exist' };
  return meanings.get(plain.replace(/^the empty/, 'empty')) ?? { kind: 'text', text };
}
