import { euler, imaginaryUnit, pi } from '../algebra/atoms.js';
import {
  add,
  divide,
  type Fraction,
  fractionKey,
  fromAtom,
  fromInteger,
  fromRational,
  multiply,
} from '../algebra/fraction.js';
import { naturalLogarithm } from '../algebra/functions.js';
import { generalPower } from '../algebra/general-power.js';
import { inverseTrigonometric } from '../algebra/inverse-trigonometry.js';
import { rational } from '../algebra/rational.js';
import { cosineOf, sineOf, trigonometricQuotient } from '../algebra/trigonometry.js';
import { Unreadable } from '../step-budget.js';
import { startsFactor } from './parse-command.js';
import { expressionOf, parseArgument, parsePower } from './parse-expression.js';
import type { Reader } from './reader.js';

const trigonometric = new Set('sin cos tan cot sec csc'.split(' '));
const logarithms = new Set('ln log lg'.split(' '));
const inverse = new Set('arcsin arccos arctan'.split(' '));

/** Whether a command is a function of what follows it. */
export const isFunction = (name: string): boolean =>
  trigonometric.has(name) ||
  logarithms.has(name) ||
  inverse.has(name) ||
  name === 'exp' ||
  name === 'cis';

/** `\sin^2 x`, `\log_2 8`, `\exp(2)`: a base and a power may stand before the argument. */
export function parseFunction(reader: Reader, name: string): Fraction {
  const base = reader.takeSymbol('_') ? parseArgument(reader) : undefined;
  const exponent = reader.takeSymbol('^') ? parseArgument(reader) : undefined;
  const argument = parseAngle(reader);
  if (exponent && trigonometric.has(name) && fractionKey(exponent) === '-1') {
    return applyFunction(reader, `arc${name}`, argument, base);
  }
  const value = applyFunction(reader, name, argument, base);
  return exponent ? generalPower(reader.budget, value, exponent) : value;
}

/** The argument, in radians where it was in degrees. */
function parseAngle(reader: Reader): Fraction {
  const outer = reader.notes;
  reader.notes = {};
  const argument = parseFunctionArgument(reader);
  const degrees = reader.notes.unit === 'degree';
  reader.notes = outer;
  if (!degrees) return argument;
  const factor = multiply(reader.budget, fromAtom(pi), fromRational(rational(1n, 180n)));
  return multiply(reader.budget, argument, factor);
}

/** A bracket, or all that is multiplied without an operator: `\sin 2x`. */
function parseFunctionArgument(reader: Reader): Fraction {
  const bracket = reader.isSymbol('(', '{');
  let value = expressionOf(reader.nested(() => parsePower(reader)));
  while (!bracket && startsFactor(reader) && !isFunction(reader.token?.text ?? '')) {
    value = multiply(reader.budget, value, expressionOf(parsePower(reader)));
  }
  return value;
}

function applyFunction(
  { budget, reading }: Reader,
  name: string,
  argument: Fraction,
  base: Fraction | undefined,
): Fraction {
  if (name === 'exp') return generalPower(budget, fromAtom(euler), argument);
  if (name === 'cis') {
    const imaginary = multiply(budget, fromAtom(imaginaryUnit), sineOf(budget, argument));
    return add(budget, cosineOf(budget, argument), imaginary);
  }
  if (name === 'sin') return sineOf(budget, argument);
  if (name === 'cos') return cosineOf(budget, argument);
  if (logarithms.has(name)) {
    const ten = name === 'lg' || (name === 'log' && reading.logarithm === '10');
    const own = base ?? (ten ? fromInteger(10) : undefined);
    const value = naturalLogarithm(budget, argument);
    return own ? divide(budget, value, naturalLogarithm(budget, own)) : value;
  }
  const value =
    inverseTrigonometric(budget, name, argument) ?? trigonometricQuotient(budget, name, argument);
  if (value) return value;
  throw new Unreadable(`the function ${name}`);
}
