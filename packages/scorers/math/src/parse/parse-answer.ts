import type { Fraction } from '../algebra/fraction.js';
import { Unreadable } from '../step-budget.js';
import type { Token } from '../tokenize/token.js';
import { expressionOf, parseSum } from './parse-expression.js';
import type { Reader } from './reader.js';
import { takeBased, takeName } from './take-name.js';
import { list, type RelationOperator, type Value } from './value.js';

const operators: ReadonlyMap<string, RelationOperator> = new Map([
  ['=', '='],
  ['approx', '='],
  ['equiv', '='],
  ['<', '<'],
  ['lt', '<'],
  ['le', '≤'],
  ['>', '>'],
  ['gt', '>'],
  ['ge', '≥'],
  ['ne', '≠'],
  ['in', '∈'],
]);
const separators = [',', ';', 'and', 'or'];

/** answer := piece { separator piece }; several pieces are a list. */
export function parseAnswer(reader: Reader): Value {
  const items = parseItems(reader);
  const [only] = items;
  return only && items.length === 1 ? only : list(items);
}

/** Pieces up to what closes them; `1, 2, and 3` has three. */
export function parseItems(reader: Reader): Value[] {
  const items: Value[] = [];
  for (;;) {
    while (reader.isSymbol(...separators)) reader.position++;
    if (ends(reader)) return items;
    items.push(...parsePiece(reader));
    if (!reader.isSymbol(...separators) && !ends(reader)) {
      throw new Unreadable(`"${reader.token?.text}" where it cannot stand`);
    }
  }
}

/** Whether a list is over: at the end, at a closing bracket, or at the next cell of a matrix. */
function ends(reader: Reader): boolean {
  const { token } = reader;
  if (token === undefined) return true;
  if (token.kind === 'command') return token.text === 'row' || token.text.startsWith('end ');
  return reader.isSymbol(')', ']', '}', '\\}', '&');
}

/** One value, or two where it holds a ±. */
function parsePiece(reader: Reader): Value[] {
  const start = reader.position;
  const { metPlusMinus, plusMinus } = reader;
  reader.metPlusMinus = false;
  const values = [parseRelation(reader)];
  // Inside brackets of a piece that is read for its minus, everything is read once.
  if (reader.metPlusMinus && plusMinus === 1) {
    reader.position = start;
    reader.plusMinus = -1;
    values.push(parseRelation(reader));
    reader.plusMinus = 1;
  }
  reader.metPlusMinus = metPlusMinus;
  return values;
}

/** relation := operand { (= | < | …) operand } */
function parseRelation(reader: Reader): Value {
  // `\approx 3.14` is 3.14.
  if (reader.is('command', 'approx') || reader.isSymbol('=')) reader.position++;
  const first = parseOperand(reader);
  const members = [first];
  const found: RelationOperator[] = [];
  for (let operator = takeOperator(reader); operator; operator = takeOperator(reader)) {
    found.push(operator);
    members.push(parseOperand(reader));
  }
  return found.length === 0 ? first : { kind: 'relation', members, operators: found };
}

const operatorOf = (token: Token | undefined): RelationOperator | undefined =>
  token?.kind === 'symbol' || token?.kind === 'command' ? operators.get(token.text) : undefined;

function takeOperator(reader: Reader): RelationOperator | undefined {
  const operator = operatorOf(reader.token);
  if (operator === undefined) return undefined;
  const plain = reader.isSymbol('<', '>');
  reader.position++;
  // `<=` and `>=` of plain text
  if (plain && reader.takeSymbol('=')) return operator === '<' ? '≤' : '≥';
  return operator;
}

/** operand := prose | name | based numeral | sum { (∪ | ∖) sum } | sum { : sum } */
function parseOperand(reader: Reader): Value {
  const special = takeProse(reader) ?? takeName(reader) ?? takeBased(reader);
  if (special) return special;
  let value = parseQuantity(reader);
  if (reader.isSymbol(':')) {
    const parts: Fraction[] = [expressionOf(value)];
    while (reader.takeSymbol(':')) parts.push(expressionOf(parseQuantity(reader)));
    return { kind: 'ratio', parts };
  }
  for (;;) {
    const union = reader.take('command', 'cup');
    if (!union && !reader.take('command', 'setminus')) return value;
    value = { kind: union ? 'union' : 'difference', parts: [value, parseQuantity(reader)] };
  }
}

/** A sum with its unit, and how it is written. */
function parseQuantity(reader: Reader): Value {
  const outer = reader.notes;
  reader.notes = {};
  const value = parseSum(reader);
  const { notes } = reader;
  reader.notes = outer;
  return value.kind === 'expression' ? { ...notes, ...value } : value;
}

/** Words up to a separator or relation, when they do not begin with a number. */
function takeProse(reader: Reader): Value | undefined {
  const { token } = reader;
  if (token?.kind !== 'word' && token?.kind !== 'text') return undefined;
  const words: string[] = [];
  while (!ends(reader) && !reader.isSymbol(...separators) && !operatorOf(reader.token)) {
    words.push((reader.token as Token).text);
    reader.position++;
  }
  return { kind: 'text', text: words.join(' ') };
}
