import type { Token } from '../tokenize/token.js';
import type { Reader } from './reader.js';
import type { Value } from './value.js';

/** `f(x)` or `f(x, y)` before an equals sign. */
export function takeName(reader: Reader): Value | undefined {
  if (reader.token?.kind !== 'letter' || !reader.is('symbol', '(', 1)) return undefined;
  const rest = reader.tokens.slice(reader.position + 2);
  const close = rest.findIndex(({ text }) => text === ')');
  const plain = rest.slice(0, close).every(({ kind, text }) => kind !== 'symbol' || text === ',');
  if (close < 1 || !plain || rest[close + 1]?.text !== '=') return undefined;
  const text = `${reader.token.text}(${rest
    .slice(0, close)
    .map((token) => token.text)
    .join('')})`;
  reader.position += close + 3;
  return { kind: 'name', text };
}

/** `52_8`, `4210_{5}`, `(101)_2`, `1A_{16}`: a numeral and its base. */
export function takeBased(reader: Reader): Value | undefined {
  const start = reader.position;
  const bracket = reader.takeSymbol('(');
  let digits = '';
  while (isDigits(reader.token)) {
    digits += reader.token?.text;
    reader.position++;
  }
  const closed = !bracket || reader.takeSymbol(')');
  const base = closed && digits !== '' && reader.takeSymbol('_') ? takeBase(reader) : 0n;
  // `2A_1` is a product: a base is at least 2, and above 10 where digits are letters; `a_{16}` is a term.
  const least = /[A-Z]/i.test(digits) ? 11n : 2n;
  const numeral = /\d/.test(digits) || (/^(?:[A-F]{2,}|[a-f]{2,})$/.test(digits) && base === 16n);
  if (numeral && base >= least && base <= 36n) {
    return { kind: 'based', digits, base: `${base}` };
  }
  reader.position = start;
  return undefined;
}

const isDigits = (token: Token | undefined): boolean =>
  /^(?:\d+\.\d+|[\dA-F]+|[a-f]+)$/.test(token?.text ?? '') && token?.kind !== 'command';

/** The base, a number or its word, in braces or not; 0 where there is none. */
function takeBase(reader: Reader): bigint {
  const braced = reader.takeSymbol('{');
  const { token } = reader;
  reader.position++;
  if (token?.kind !== 'number' || !token.integer) return 0n;
  return braced && !reader.takeSymbol('}') ? 0n : token.value.numerator;
}
