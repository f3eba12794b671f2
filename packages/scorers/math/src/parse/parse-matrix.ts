import { Unreadable } from '../step-budget.js';
import { parseAnswer } from './parse-answer.js';
import type { Reader } from './reader.js';
import type { Value } from './value.js';

type Table = Value & { readonly kind: 'matrix' | 'cases' };

/** A matrix, an array or `cases`, behind its `\begin`. Of a `vmatrix` the entries, not the determinant. */
export function parseMatrix(reader: Reader, environment: string): Table {
  if (!/^(?:[pbvB]?matrix|smallmatrix|array|cases)$/.test(environment)) {
    throw new Unreadable(`the environment ${environment}`);
  }
  // `{cc|c}`
  if (environment === 'array' && reader.isSymbol('{')) reader.takeText();
  const rows: Value[][] = [[]];
  while (!reader.take('command', `end ${environment}`)) {
    if (reader.take('command', 'row')) {
      rows.push([]);
    } else if (!reader.takeSymbol('&')) {
      if (reader.token === undefined) throw new Unreadable('a matrix without an end');
      const start = reader.position;
      rows.at(-1)?.push(reader.nested(() => parseAnswer(reader)));
      if (reader.position === start) throw new Unreadable(`"${reader.token.text}" in a matrix`);
    }
  }
  const filled = rows.filter((row) => row.length > 0);
  return { kind: environment === 'cases' ? 'cases' : 'matrix', rows: filled };
}
