import { Unreadable } from '../step-budget.js';
import { canonicalUnit } from '../tokenize/units.js';
import type { Reader } from './reader.js';

/** Signs that stand before an amount. */
export const currencies: ReadonlyMap<string, string> = new Map([
  ['\\$', 'dollar'],
  ['€', 'euro'],
  ['£', 'pound sterling'],
  ['¥', 'yen'],
]);

/** Takes what says what is counted or measured: words, `\text{ cm}^2`, `%`, `\$`, `\pmod{10}`. */
export function takeUnit(reader: Reader): boolean {
  if (reader.takeSymbol('%') || reader.takeSymbol('\\%')) {
    reader.notes.unit = 'percent';
    return true;
  }
  const currency = reader.token?.kind === 'symbol' ? currencies.get(reader.token.text) : undefined;
  if (currency !== undefined && reader.notes.unit === undefined) {
    reader.position++;
    reader.notes.unit = currency;
    return true;
  }
  if (reader.take('command', 'pmod')) {
    reader.notes.unit = `mod ${reader.takeText()}`;
    return true;
  }
  let unit = '';
  for (;;) {
    const ahead = unit !== '' && reader.isSymbol('/') ? 1 : 0;
    const token = reader.tokens[reader.position + ahead];
    if (token?.kind !== 'word' && token?.kind !== 'text') break;
    unit += `${ahead === 1 ? '/' : ' '}${token.text}`;
    reader.position += ahead + 1;
    if (reader.is('symbol', '^')) unit += takePower(reader);
  }
  if (unit === '') return false;
  unit = canonicalUnit(unit);
  // Angles are in radians as they stand.
  if (unit !== 'radian') reader.notes.unit = unit;
  return true;
}

function takePower(reader: Reader): string {
  reader.expect('^');
  const braced = reader.takeSymbol('{');
  const { token } = reader;
  if (token?.kind !== 'number') throw new Unreadable('a unit with a power that is no number');
  reader.position++;
  if (braced) reader.expect('}');
  return `^${token.text}`;
}

/** Takes the `^{\text{st}}` of 21st. */
export function takeOrdinal(reader: Reader): boolean {
  if (!reader.is('symbol', '^')) return false;
  const braced = reader.is('symbol', '{', 1);
  const at = braced ? 2 : 1;
  const ending = ['st', 'nd', 'rd', 'th'].some((text) => reader.is('text', text, at));
  if (!ending || (braced && !reader.is('symbol', '}', 3))) return false;
  reader.position += braced ? 4 : 2;
  return true;
}

/** Takes `^\circ` and `^{\circ}`. */
export function takeDegree(reader: Reader): boolean {
  if (!reader.is('symbol', '^')) return false;
  const braced = reader.is('symbol', '{', 1);
  const at = braced ? 2 : 1;
  if (!reader.is('command', 'circ', at) || (braced && !reader.is('symbol', '}', 3))) return false;
  reader.position += braced ? 4 : 2;
  return true;
}
