import { add, type Fraction, fromInteger, multiply, negate } from '../algebra/fraction.js';
import { Unreadable } from '../step-budget.js';
import { expressionOf } from './parse-expression.js';
import type { Reader } from './reader.js';
import type { Value } from './value.js';

type Matrix = Value & { readonly kind: 'matrix' | 'cases' };

/** factor · matrix, entry by entry. */
export function scaleMatrix(reader: Reader, factor: Fraction, { kind, rows }: Matrix): Value {
  const scale = (entry: Value): Value => ({
    kind: 'expression',
    value: multiply(reader.budget, factor, expressionOf(entry)),
  });
  return { kind, rows: rows.map((row) => row.map(scale)) };
}

/** Rows and columns exchanged. */
export function transpose({ rows }: Matrix): Value {
  const [first = []] = rows;
  return {
    kind: 'matrix',
    rows: first.map((_, column) => rows.map((row) => row[column] ?? missing())),
  };
}

function missing(): never {
  throw new Unreadable('a matrix with rows of different lengths');
}

/** The determinant, by expansion along the first row. */
export function determinant(reader: Reader, rows: readonly (readonly Value[])[]): Fraction {
  const [first, ...others] = rows;
  if (!first || first.length !== rows.length) throw new Unreadable('no square determinant');
  reader.budget.spend(1);
  if (others.length === 0) return expressionOf(first[0] as Value);
  return first.reduce((total, entry, column) => {
    const rest = others.map((row) => row.filter((_, j) => j !== column));
    const minor = reader.nested(() => determinant(reader, rest));
    const term = multiply(reader.budget, expressionOf(entry), minor);
    return add(reader.budget, total, column % 2 === 0 ? term : negate(term));
  }, fromInteger(0));
}
