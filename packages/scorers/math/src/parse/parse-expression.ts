import {
  add,
  type Fraction,
  fromInteger,
  multiply,
  negate,
  subtract,
} from '../algebra/fraction.js';
import { factorialOf } from '../algebra/functions.js';
import { generalPower } from '../algebra/general-power.js';
import { Unreadable } from '../step-budget.js';
import { parseCommand, startsFactor } from './parse-command.js';
import { parseGroup } from './parse-group.js';
import { parseNumber, parseSymbol } from './parse-operand.js';
import { quotient } from './quotient.js';
import type { Reader } from './reader.js';
import { scaleMatrix, transpose } from './scale-matrix.js';
import { currencies, takeDegree, takeOrdinal, takeUnit } from './take-unit.js';
import type { Value } from './value.js';

/** Takes the expression out of a value. */
export function expressionOf(value: Value): Fraction {
  if (value.kind === 'expression') return value.value;
  throw new Unreadable(`a ${value.kind} where a number should stand`);
}

/** sum := [+|-|±] product { (+|-|±) product } */
export function parseSum(reader: Reader): Value {
  const { budget } = reader;
  const sign = takeSign(reader);
  const first = parseProduct(reader);
  // A tuple, a set or a matrix stands alone.
  if (first.kind !== 'expression') {
    if (sign === undefined) return first;
    if (first.kind === 'matrix') return scaleMatrix(reader, fromInteger(sign), first);
    throw new Unreadable(`a signed ${first.kind}`);
  }
  let total = sign === -1 ? negate(first.value) : first.value;
  for (let next = takeSign(reader); next !== undefined; next = takeSign(reader)) {
    const term = expressionOf(parseProduct(reader));
    total = next === -1 ? subtract(budget, total, term) : add(budget, total, term);
  }
  return { kind: 'expression', value: total };
}

function takeSign(reader: Reader): 1 | -1 | undefined {
  // `\mathbb{R} - \{0\}` is a difference of sets.
  if (reader.is('symbol', '-') && reader.is('symbol', '\\{', 1)) return undefined;
  if (reader.takeSymbol('+')) return 1;
  if (reader.takeSymbol('-')) return -1;
  const plus = reader.take('command', 'pm');
  if (!plus && !reader.take('command', 'mp')) return undefined;
  reader.metPlusMinus = true;
  return plus ? reader.plusMinus : (-reader.plusMinus as 1 | -1);
}

/** product := power { [*|/] power } with units anywhere behind the first */
export function parseProduct(reader: Reader): Value {
  const { budget } = reader;
  const first = parsePower(reader);
  if (first.kind !== 'expression') return first;
  let product = first.value;
  for (;;) {
    if (takeUnit(reader)) continue;
    const divides = reader.takeSymbol('/') || reader.take('command', 'div');
    const multiplies = !divides && (reader.takeSymbol('*') || reader.take('command', 'cdot'));
    // `2!3!` needs no operator; other numbers side by side do.
    const factorials = reader.is('symbol', '!', -1) && reader.token?.kind === 'number';
    if (!divides && !multiplies && !factorials && !startsFactor(reader)) break;
    const negative = multiplies && reader.takeSymbol('-');
    const factor = parsePower(reader);
    if (factor.kind === 'matrix' && !divides) {
      return scaleMatrix(reader, negative ? negate(product) : product, factor);
    }
    const next = expressionOf(factor);
    product = divides ? quotient(reader, product, next) : multiply(budget, product, next);
    if (negative) product = negate(product);
  }
  return { kind: 'expression', value: product };
}

/** power := factor { ! | ^ argument | degree sign } */
export function parsePower(reader: Reader): Value {
  const { budget } = reader;
  let base = reader.nested(() => parseFactor(reader));
  for (;;) {
    if (reader.takeSymbol('!')) {
      base = { kind: 'expression', value: factorialOf(budget, expressionOf(base)) };
    } else if (takeOrdinal(reader)) {
      // 21st is 21.
    } else if (takeDegree(reader)) {
      reader.notes.unit = 'degree';
    } else if (base.kind === 'matrix' && takeTransposition(reader)) {
      base = transpose(base);
    } else if (reader.takeSymbol('^')) {
      const exponent = reader.nested(() => parseArgument(reader));
      base = { kind: 'expression', value: generalPower(budget, expressionOf(base), exponent) };
    } else {
      return base;
    }
  }
}

/** `^T`, `^{T}`, `^\top` */
function takeTransposition(reader: Reader): boolean {
  const start = reader.position;
  const braced = reader.takeSymbol('^') && reader.takeSymbol('{');
  const marked = reader.take('letter', 'T') || reader.take('command', 'top');
  if (marked && (!braced || reader.takeSymbol('}'))) return true;
  reader.position = start;
  return false;
}

/** What a command or `^` takes: braces, or the next factor with its sign. */
export function parseArgument(reader: Reader): Fraction {
  if (reader.takeSymbol('{')) {
    const value = expressionOf(reader.nested(() => parseSum(reader)));
    reader.expect('}');
    return value;
  }
  const negative = reader.takeSymbol('-');
  const value = expressionOf(reader.nested(() => parseFactor(reader)));
  return negative ? negate(value) : value;
}

function parseFactor(reader: Reader): Value {
  const { token } = reader;
  if (token === undefined) throw new Unreadable('the end where a number should stand');
  if (token.kind === 'number') return { kind: 'expression', value: parseNumber(reader) };
  if (token.kind === 'letter') return { kind: 'expression', value: parseSymbol(reader) };
  if (token.kind === 'command') return parseCommand(reader);
  if (token.kind !== 'symbol') {
    throw new Unreadable(`the word "${token.text}" where a number should stand`);
  }
  const currency = currencies.get(token.text);
  if (currency === undefined) return parseGroup(reader);
  reader.notes.unit = currency;
  reader.position++;
  // `\$-5`
  const negative = reader.takeSymbol('-');
  const amount = reader.nested(() => parseFactor(reader));
  return negative ? { kind: 'expression', value: negate(expressionOf(amount)) } : amount;
}
