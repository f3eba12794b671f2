import type { PythonValue } from './python-value.js';

const isNumber = (value: PythonValue): value is boolean | bigint | number =>
  typeof value === 'boolean' || typeof value === 'bigint' || typeof value === 'number';

/** A boolean is a number in Python; a whole number and a float are compared exactly. */
const numeric = (value: boolean | bigint | number) =>
  typeof value === 'boolean' ? BigInt(value) : value;

/** Python's `a == b`: `True == 1 == 1.0`, a tuple is no list, dictionaries have no order. */
export function pythonEqual(a: PythonValue, b: PythonValue): boolean {
  if (isNumber(a) || isNumber(b)) {
    // biome-ignore lint/suspicious/noDoubleEquals: a bigint and a number are equal by value
    return isNumber(a) && isNumber(b) && numeric(a) == numeric(b);
  }
  if (a === null || b === null || typeof a === 'string' || typeof b === 'string') return a === b;
  if (a.kind === 'other' || b.kind === 'other' || a.kind !== b.kind) return false;
  if (a.kind === 'dict' && b.kind === 'dict') return equalDictionaries(a.entries, b.entries);
  if (a.kind === 'dict' || b.kind === 'dict') return false;
  return (
    a.items.length === b.items.length &&
    a.items.every((item, index) => pythonEqual(item, b.items[index] as PythonValue))
  );
}

type Entries = Extract<PythonValue, { kind: 'dict' }>['entries'];

/** JSON's keys are texts, so a dictionary with another key equals none of JSON's; the last of equal keys counts. */
function equalDictionaries(a: Entries, b: Entries): boolean {
  const [first, second] = [new Map(a), new Map(b)];
  if (first.size !== second.size) return false;
  return [...first].every(([key, value]) => {
    const other = second.get(key);
    return typeof key === 'string' && other !== undefined && pythonEqual(value, other);
  });
}

/**
 * Whether what a function returned is what it had to (evaluation.md §5.3): a tuple counts as a list, those inside it do not.
 */
export function equalResult(returned: PythonValue, expected: PythonValue): boolean {
  const top =
    returned !== null && typeof returned === 'object' && returned.kind === 'tuple'
      ? { kind: 'list' as const, items: returned.items }
      : returned;
  return pythonEqual(top, expected);
}
