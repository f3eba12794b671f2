import { type Fraction, fractionKey, isSymbolic } from '../algebra/fraction.js';
import { binomialOf } from '../algebra/functions.js';
import { Unreadable } from '../step-budget.js';
import type { Token } from '../tokenize/token.js';
import { meaningOf } from './meaning-of-words.js';
import { expressionOf, parseSum } from './parse-expression.js';
import type { Reader } from './reader.js';
import { takeBased, takeName } from './take-name.js';
import { list, type RelationOperator, type Value } from './value.js';

const operators: ReadonlyMap<string, RelationOperator> = new Map([
  ['=', '='],
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
  const start = reader.position;
  const items = withoutQuantifiers(parseItems(reader));
  const [only] = items;
  if (only && items.length === 1) return only;
  const own = reader.tokens.slice(start, reader.position);
  const alternatives = own.some(({ kind, text }) => kind === 'symbol' && text === 'or');
  return alternatives ? { ...list(items), alternatives } : list(items);
}

/** Leaves out what only says that a letter is an integer: `kπ, k ∈ ℤ`. */
function withoutQuantifiers(items: readonly Value[]): readonly Value[] {
  const quantifier = (item: Value): boolean => {
    if (item.kind !== 'relation' || item.operators.join() !== '∈') return false;
    const set = item.members[1];
    const key = set?.kind === 'expression' ? fractionKey(set.value) : '';
    return /^1·\[mathbb [ZN]\]/.test(key);
  };
  return items.length > 1 ? items.filter((item) => !quantifier(item)) : items;
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
  let approximate: Value | undefined;
  for (;;) {
    const about = reader.take('command', 'approx');
    const operator = about ? '=' : takeOperator(reader);
    if (operator === undefined) break;
    const member = parseOperand(reader);
    // `x \approx 3` is what x is; `\frac{22}{7} \approx 3.14` says the same twice, once less exactly.
    const last = members.at(-1) as Value;
    const exact = last.kind === 'expression' && !isSymbolic(last.value);
    if (about && exact) approximate = member;
    else {
      found.push(operator);
      members.push(member);
    }
  }
  const value: Value = found.length === 0 ? first : { kind: 'relation', members, operators: found };
  return approximate ? { kind: 'approximation', exact: value, approximate } : value;
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

/** operand := prose | name | based numeral | sum { (∪ | ∩ | ∖) sum } | sum { : sum } */
function parseOperand(reader: Reader): Value {
  const special = takeBased(reader) ?? takeProse(reader) ?? takeName(reader);
  if (special) return special;
  let value = parseQuantity(reader);
  if (reader.isSymbol(':')) {
    return parseRatio(reader, expressionOf(value));
  }
  for (let kind = takeSetOperation(reader); kind; kind = takeSetOperation(reader)) {
    value = { kind, parts: [value, parseQuantity(reader)] };
  }
  return value;
}

/** `2 : 3`, or a time of day: `3:30 PM`. */
function parseRatio(reader: Reader, first: Fraction): Value {
  const [hours, , minutes] = reader.tokens.slice(reader.position - 1);
  const clock = /^\d{1,2}$/.test(hours?.text ?? '') && /^[0-5]\d$/.test(minutes?.text ?? '');
  const parts: Fraction[] = [first];
  let unit = '';
  while (reader.takeSymbol(':')) {
    const part = parseQuantity(reader);
    parts.push(expressionOf(part));
    if (part.kind === 'expression') unit = part.unit?.replaceAll(/[^a-z]/g, '') ?? '';
  }
  return clock ? { kind: 'ratio', parts, clock: unit } : { kind: 'ratio', parts };
}

const setOperations = { cup: 'union', cap: 'intersection', setminus: 'difference' } as const;

function takeSetOperation(
  reader: Reader,
): (typeof setOperations)[keyof typeof setOperations] | undefined {
  for (const command of ['cup', 'cap', 'setminus'] as const) {
    if (reader.take('command', command)) return setOperations[command];
  }
  return reader.takeSymbol('-') ? 'difference' : undefined;
}

/** A sum with its unit, and how it is written. */
function parseQuantity(reader: Reader): Value {
  const outer = reader.notes;
  reader.notes = {};
  let value = parseSum(reader);
  if (reader.take('command', 'choose')) {
    const chosen = binomialOf(reader.budget, expressionOf(value), expressionOf(parseSum(reader)));
    value = { kind: 'expression', value: chosen };
  }
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
  return meaningOf(words.join(' '));
}
