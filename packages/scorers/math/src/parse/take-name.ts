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

/** `52_8`, `4210_{5}`, `1A_{16}`: a numeral and its base. */
export function takeBased(reader: Reader): Value | undefined {
  const start = reader.position;
  let digits = '';
  while (/^(?:\d+|[A-Z])$/.test(reader.token?.text ?? '')) {
    digits += reader.token?.text;
    reader.position++;
  }
  if (/\d/.test(digits) && reader.takeSymbol('_')) {
    const braced = reader.takeSymbol('{');
    const { token } = reader;
    reader.position++;
    // `2A_1` is a product: a base is at least 2, and above 10 where digits are letters.
    const base = token?.kind === 'number' && token.integer ? token.value.numerator : 0n;
    if (base >= (/[A-Z]/.test(digits) ? 11n : 2n) && (!braced || reader.takeSymbol('}'))) {
      return { kind: 'based', digits, base: `${base}` };
    }
  }
  reader.position = start;
  return undefined;
}
