import { add, type Fraction, fromInteger, multiply, rationalOf } from '../algebra/fraction.js';
import { integral } from '../algebra/integral.js';
import { Unreadable } from '../step-budget.js';
import { expressionOf, parseArgument, parseProduct, parseSum } from './parse-expression.js';
import { Reader } from './reader.js';

/** `\sum_{k=1}^{n} …` and `\prod`, between integers: the body is read once for each value of its letter. */
export function parseSeries(reader: Reader, name: 'sum' | 'prod'): Fraction {
  reader.expect('_');
  reader.expect('{');
  const letter = reader.token;
  if (letter?.kind !== 'letter') throw new Unreadable('a series without its letter');
  reader.position++;
  reader.expect('=');
  const first = integerOf(expressionOf(parseSum(reader)));
  reader.expect('}');
  reader.expect('^');
  const last = integerOf(parseArgument(reader));
  const body = reader.position;
  const sum = name === 'sum';
  let total = fromInteger(sum ? 0 : 1);
  const outer = reader.bound;
  // An empty series is read once, to find its end.
  for (let k = first; k <= last || k === first; k += 1n) {
    reader.position = body;
    reader.bound = new Map([...outer, [letter.text, fromInteger(k)]]);
    const value = expressionOf(reader.nested(() => parseProduct(reader)));
    if (k <= last) total = (sum ? add : multiply)(reader.budget, total, value);
  }
  reader.bound = outer;
  return total;
}

function integerOf(value: Fraction): bigint {
  const number = rationalOf(value);
  if (number?.denominator === 1n) return number.numerator;
  throw new Unreadable('a series whose ends are no integers');
}

/** `\int_a^b … dx` with both limits. */
export function parseIntegral(reader: Reader): Fraction {
  reader.expect('_');
  const low = parseArgument(reader);
  reader.expect('^');
  const high = parseArgument(reader);
  const rest = reader.tokens.slice(reader.position);
  const end = rest.findIndex(
    ({ kind, text }, i) => text === 'd' && kind !== 'command' && rest[i + 1]?.kind === 'letter',
  );
  const letter = rest[end + 1]?.text;
  if (end < 0 || letter === undefined) throw new Unreadable('an integral without its dx');
  const body = new Reader(reader.budget, rest.slice(0, end), reader.reading);
  const integrand = end === 0 ? fromInteger(1) : expressionOf(parseSum(body));
  if (body.token !== undefined) throw new Unreadable(`"${body.token.text}" in an integral`);
  reader.position += end + 2;
  return integral(reader.budget, integrand, letter, low, high);
}
