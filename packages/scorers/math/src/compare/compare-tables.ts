import type { Value } from '../parse/value.js';
import { compareValues } from './compare-values.js';
import type { Context } from './context.js';
import { all, type Equality } from './equality.js';

type Rows = readonly (readonly Value[])[];

/**
 * Matrices entry by entry; a row or column may be written as a tuple. Definitions by cases are only ever found equal.
 * Undefined as well where neither value is a table.
 */
export function compareTables(context: Context, gold: Value, prediction: Value): Equality {
  const kinds = [gold.kind, prediction.kind];
  const [a, b] = [rowsOf(gold), rowsOf(prediction)];
  if (!(kinds.includes('matrix') || kinds.includes('cases')) || !a || !b) return undefined;
  const [x, y] = kinds.includes('sequence') ? [asRow(a), asRow(b)] : [a, b];
  const sameShape = x.length === y.length && x.every((row, i) => row.length === y[i]?.length);
  const equal =
    sameShape &&
    all(
      x.flatMap((row, i) =>
        row.map((entry, j) => compareValues(context, entry, y[i]?.[j] as Value)),
      ),
    );
  // Other cases in another order may define the same function.
  return kinds.includes('cases') ? equal || undefined : equal;
}

function rowsOf(value: Value): Rows | undefined {
  if (value.kind === 'matrix' || value.kind === 'cases') return value.rows;
  return value.kind === 'sequence' && value.open !== '{' ? [value.items] : undefined;
}

/** A column laid flat. */
const asRow = (rows: Rows): Rows => (rows.every((row) => row.length === 1) ? [rows.flat()] : rows);
