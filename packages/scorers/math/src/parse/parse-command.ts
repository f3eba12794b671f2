import { infinity, pi, symbolAtom } from '../algebra/atoms.js';
import { conjugateOf } from '../algebra/conjugate.js';
import { divide, type Fraction, fromAtom, fromInteger, negate } from '../algebra/fraction.js';
import { absoluteOf, binomialOf, floorOf } from '../algebra/functions.js';
import { power } from '../algebra/power.js';
import { Unreadable } from '../step-budget.js';
import type { Token } from '../tokenize/token.js';
import { expressionOf, parseArgument, parseSum } from './parse-expression.js';
import { isFunction, parseFunction } from './parse-function.js';
import { parseMatrix } from './parse-matrix.js';
import { takeSubscript } from './parse-operand.js';
import { parseIntegral, parseSeries } from './parse-series.js';
import { quotient } from './quotient.js';
import type { Reader } from './reader.js';
import { determinant } from './scale-matrix.js';
import type { Value } from './value.js';

const greek = new Set(
  'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau phi chi psi omega Gamma Delta Theta Lambda Xi Sigma Phi Psi Omega ell'.split(
    ' ',
  ),
);
const accents = new Set('vec hat bar overline widehat tilde'.split(' '));

/** Commands that give a number, by name. */
const commands: ReadonlyMap<string, (reader: Reader) => Fraction> = new Map([
  ['frac', (reader) => quotient(reader, digitOrArgument(reader), digitOrArgument(reader))],
  [
    'binom',
    (reader) => binomialOf(reader.budget, digitOrArgument(reader), digitOrArgument(reader)),
  ],
  ['sqrt', parseRoot],
  ['sum', (reader) => parseSeries(reader, 'sum')],
  ['prod', (reader) => parseSeries(reader, 'prod')],
  ['int', parseIntegral],
  ['pi', () => fromAtom(pi)],
  ['infty', () => fromAtom(infinity)],
  ['ldots', () => fromAtom(symbolAtom('…'))],
  ['vert', (reader) => absoluteOf(reader.budget, parseUpTo(reader, 'vert'))],
  ['lfloor', (reader) => floorOf(parseUpTo(reader, 'rfloor'))],
  ['lceil', (reader) => negate(floorOf(negate(parseUpTo(reader, 'rceil'))))],
]);

/** Whether what follows can be multiplied without an operator. */
export function startsFactor(reader: Reader): boolean {
  const { token } = reader;
  if (token?.kind === 'letter') return true;
  if (token?.kind === 'symbol') return token.text === '(' || token.text === '{';
  if (token?.kind !== 'command' || token.text === 'vert') return false;
  const { text: name } = token;
  if (name.startsWith('begin ')) return true;
  return commands.has(name) || greek.has(name) || accents.has(name) || isFunction(name);
}

/** A factor that begins with a command. */
export function parseCommand(reader: Reader): Value {
  const { text: name } = reader.token as Token;
  reader.position++;
  if (name === 'begin vmatrix') {
    const { rows } = parseMatrix(reader, 'vmatrix');
    return { kind: 'expression', value: determinant(reader, rows) };
  }
  if (name.startsWith('begin ')) return parseMatrix(reader, name.slice('begin '.length));
  if (name === 'emptyset') return { kind: 'sequence', open: '{', close: '}', items: [] };
  return { kind: 'expression', value: commandValue(reader, name) };
}

function commandValue(reader: Reader, name: string): Fraction {
  if (greek.has(name)) return fromAtom(symbolAtom(`${name}${takeSubscript(reader)}`));
  if (accents.has(name)) return conjugate(reader, name) ?? named(reader, name);
  if (isFunction(name)) return parseFunction(reader, name);
  const command = commands.get(name);
  if (command) return command(reader);
  throw new Unreadable(`the command \\${name}`);
}

const named = (reader: Reader, accent: string): Fraction =>
  fromAtom(symbolAtom(`${accent} ${reader.takeText()}`));

/** `\overline{3+4i}` of a number; undefined, and nothing read, for the name of a segment or vector. */
function conjugate(reader: Reader, accent: string): Fraction | undefined {
  const start = reader.position;
  if ((accent !== 'overline' && accent !== 'bar') || !reader.isSymbol('{')) return undefined;
  const depth = reader.tokens.slice(start).findIndex(({ text }) => text === '}');
  const inner = reader.tokens.slice(start, start + depth);
  const plain = inner.every(({ kind, text }) => kind !== 'letter' || text === 'i' || text === 'e');
  const value = plain ? conjugateOf(parseArgument(reader)) : undefined;
  if (!value) reader.position = start;
  return value;
}

/** `\frac12` takes one digit each; anything else is a usual argument. */
function digitOrArgument(reader: Reader): Fraction {
  reader.splitDigits();
  return parseArgument(reader);
}

/** `\sqrt{a}`, `\sqrt[n]{a}` */
function parseRoot(reader: Reader): Fraction {
  let degree = fromInteger(2);
  if (reader.takeSymbol('[')) {
    degree = expressionOf(reader.nested(() => parseSum(reader)));
    reader.expect(']');
  }
  const radicand = parseArgument(reader);
  return power(reader.budget, radicand, divide(reader.budget, fromInteger(1), degree));
}

/** An expression and the command that closes it. */
function parseUpTo(reader: Reader, closing: string): Fraction {
  const value = expressionOf(reader.nested(() => parseSum(reader)));
  if (reader.take('command', closing)) return value;
  throw new Unreadable(`\\${closing} is missing`);
}
