import type { Token } from '../tokenize/token.js';
import type { Reader } from './reader.js';
import type { Value } from './value.js';

/** `f(x)`, `f^{-1}(x)`, `f'(x, y)` or `\frac{dy}{dx}` before an equals sign. */
export function takeName(reader: Reader): Value | undefined {
  const rest = reader.tokens.slice(reader.position, reader.position + 40);
  const end = rest.findIndex(({ kind, text }) => kind === 'symbol' && text === '=');
  if (end < 1) return undefined;
  const text = rest
    .slice(0, end)
    .map((token) => (token.kind === 'command' ? `\\${token.text}` : token.text))
    .join('');
  if (!functionName.test(text) && !derivativeName.test(text)) return undefined;
  reader.position += end;
  return { kind: 'name', text };
}

const functionName = /^[A-Za-z](?:\^\{?-1\}?|'{1,3}|_\{?\w\}?)?\([A-Za-z](?:,[A-Za-z]){0,3}\)$/;
const derivativeName = /^\\frac\{d[A-Za-z]?\}\{d[A-Za-z]\}$/;

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
