import { absoluteOf } from '../algebra/functions.js';
import { Unreadable } from '../step-budget.js';
import type { Token } from '../tokenize/token.js';
import { parseAnswer, parseItems } from './parse-answer.js';
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
    return { kind: 'expression', value: absoluteOf(reader.budget, value) };
  }
  const conditions = text === '\\{' ? takeSetBuilder(reader) : undefined;
  if (conditions) return conditions;
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
  if (!only || items.length > 1 || text === '\\{') return { kind: 'sequence', open, close, items };
  // A unit within the brackets is the unit of all.
  if (only.kind === 'expression') {
    const { kind: _, value: __, ...notes } = only;
    Object.assign(reader.notes, notes);
  }
  return only;
}

/** `\{ x \in \mathbb{R} \mid x > 2 \}`, behind its brace, as its condition; undefined, and nothing read, for other sets. */
function takeSetBuilder(reader: Reader): Value | undefined {
  const start = reader.position;
  if (reader.token?.kind === 'letter') {
    reader.position++;
    if (reader.take('command', 'in') && !reader.take('letter', 'mathbb R')) reader.position = start;
    const bar = reader.takeSymbol('|') || reader.take('command', 'vert') || reader.takeSymbol(':');
    if (bar) {
      const condition = reader.nested(() => parseAnswer(reader));
      reader.expect('\\}');
      return condition;
    }
  }
  reader.position = start;
  return undefined;
}
