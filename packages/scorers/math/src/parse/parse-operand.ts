import { euler, imaginaryUnit, symbolAtom } from '../algebra/atoms.js';
import {
  add,
  divide,
  type Fraction,
  fromAtom,
  fromInteger,
  fromRational,
} from '../algebra/fraction.js';
import type { Token } from '../tokenize/token.js';
import type { Reader } from './reader.js';

/** A number, or a mixed number: an integer, then a proper fraction of integers. */
export function parseNumber(reader: Reader): Fraction {
  const token = reader.token as Token & { readonly kind: 'number' };
  reader.position++;
  const value = fromRational(token.value);
  if (!token.integer) reader.notes.decimal = true;
  const part = token.integer ? takeProperFraction(reader) : undefined;
  return part ? add(reader.budget, value, part) : value;
}

/** `\frac{3}{4}` or ` 3/4` behind an integer. */
function takeProperFraction(reader: Reader): Fraction | undefined {
  const start = reader.position;
  const [above, slash, below] = reader.tokens.slice(start, start + 3);
  let numerator: bigint | undefined;
  let denominator: bigint | undefined;
  if (reader.take('command', 'frac')) {
    numerator = takeInteger(reader);
    denominator = takeInteger(reader);
  } else if (above?.kind === 'number' && slash?.text === '/' && below?.kind === 'number') {
    reader.position += 3;
    const whole = above.integer && below.integer;
    [numerator, denominator] = whole ? [above.value.numerator, below.value.numerator] : [];
  }
  if (numerator !== undefined && denominator !== undefined && numerator < denominator) {
    return divide(reader.budget, fromInteger(numerator), fromInteger(denominator));
  }
  reader.position = start;
  return undefined;
}

/** An integer in braces, or a single digit. */
function takeInteger(reader: Reader): bigint | undefined {
  const braced = reader.takeSymbol('{');
  if (!braced) reader.splitDigits();
  const { token } = reader;
  if (token?.kind !== 'number' || !token.integer) return undefined;
  reader.position++;
  return braced && !reader.takeSymbol('}') ? undefined : token.value.numerator;
}

/** A variable with its subscript and primes; `i` is the imaginary unit, `e` Euler's number. */
export function parseSymbol(reader: Reader): Fraction {
  const { text } = reader.token as Token;
  reader.position++;
  let name = `${text}${takeSubscript(reader)}`;
  const { letterCase } = reader.reading;
  if (letterCase === 'ignore' && text.length === 1) name = name.toLowerCase();
  const bound = reader.bound.get(name);
  if (bound) return bound;
  if (name === 'i') return fromAtom(imaginaryUnit);
  if (name === 'e') return fromAtom(euler);
  return fromAtom(symbolAtom(name));
}

/** Takes `_1`, `_{n+1}` and primes, as text. */
export function takeSubscript(reader: Reader): string {
  let name = '';
  while (reader.takeSymbol("'")) name += "'";
  return reader.takeSymbol('_') ? `${name}_${reader.takeText()}` : name;
}
