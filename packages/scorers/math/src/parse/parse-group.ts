import { absoluteOf } from '../algebra/functions.js';
import { Unreadable } from '../step-budget.js';
import type { Token } from '../tokenize/token.js';
import { parseItems } from './parse-answer.js';
import { expressionOf, parseSum } from './parse-expression.js';
import type { Reader } from './reader.js';
import type { SequenceValue, Value } from './value.js';

const openings: ReadonlyMap<string, SequenceValue['open']> = new Map([
  ['(', '('],
  ['[', '['],
  ['{', '{'],
  ['\\{', '{'],
]);
const closings: ReadonlyMap<string, SequenceValue['close']> = new Map([
  [')', ')'],
  [']', ']'],
  ['}', '}'],
  ['\\}', '}'],
]);

/** Brackets: around one expression a group, else a tuple, an interval or a set; bars: an absolute value. */
export function parseGroup(reader: Reader): Value {
  const { text } = reader.token as Token;
  reader.position++;
  if (text === '|' || text === '\\|') {
    const value = expressionOf(reader.nested(() => parseSum(reader)));
    reader.expect(text);
    return { kind: 'expression', value: absoluteOf(value) };
  }
  const open = openings.get(text);
  if (open === undefined) throw new Unreadable(`"${text}" where a number should stand`);
  const items = reader.nested(() => parseItems(reader));
  const close = closings.get(reader.token?.text ?? '');
  // Intervals mix round and square brackets; curly ones pair with their like.
  const pairs = text.endsWith('{') ? reader.is('symbol', text.replace('{', '}')) : close !== '}';
  if (close === undefined || !pairs) throw new Unreadable(`"${text}" without its pair`);
  reader.position++;
  const [only] = items;
  // Bare braces only group in LaTeX; around several values they are a set in plain text.
  return only && items.length === 1 && text !== '\\{'
    ? only
    : { kind: 'sequence', open, close, items };
}
