/**
 * A Python value as far as a judge has to tell it: JSON's values, whole numbers apart from floats, tuples apart from lists.
 * `other` is what equals nothing that JSON can say.
 */
export type PythonValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | { readonly kind: 'list' | 'tuple'; readonly items: readonly PythonValue[] }
  | {
      readonly kind: 'dict';
      readonly entries: readonly (readonly [key: PythonValue, value: PythonValue])[];
    }
  | { readonly kind: 'other'; readonly text: string };

/** Deeper values are refused: an answer is never so deep, and the reader recurses. */
const deepest = 1000;

const token =
  /\s*(?:([[\](){},:?])|(-?(?:Infinity|NaN)|null|true|false)|("[^"\\]*(?:\\.[^"\\]*)*")|(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?))/y;

const words: { readonly [word: string]: PythonValue } = {
  null: null,
  true: true,
  false: false,
  NaN: Number.NaN,
  '-NaN': Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

/**
 * Reads JSON as Python's `json` does (whole numbers of any length, `NaN`, `Infinity`), and what the harness makes of a value: JSON
 * with `(…)` for tuples, dictionary keys of any kind, and `?"…"` for everything else.
 * @throws SyntaxError where the text is none of it
 */
export function parsePythonValue(text: string): PythonValue {
  let position = 0;
  const next = (): { readonly mark: string; readonly value?: PythonValue } => {
    token.lastIndex = position;
    const match = token.exec(text);
    if (!match) throw new SyntaxError(`Nothing readable at character ${position + 1}.`);
    position = token.lastIndex;
    const [, mark, word, quoted, number] = match;
    if (mark !== undefined) return { mark };
    if (word !== undefined) return { mark: '', value: words[word] as PythonValue };
    if (quoted !== undefined) return { mark: '', value: JSON.parse(quoted) as string };
    const whole = /^-?\d+$/.test(number as string);
    return { mark: '', value: whole ? BigInt(number as string) : Number(number) };
  };
  const peek = (mark: string): boolean => {
    const before = position;
    if (next().mark === mark) return true;
    position = before;
    return false;
  };
  const expect = (mark: string) => {
    if (!peek(mark)) throw new SyntaxError(`No "${mark}" at character ${position + 1}.`);
  };
  const sequence = <Item>(end: string, item: () => Item): Item[] => {
    const items: Item[] = [];
    if (peek(end)) return items;
    for (;;) {
      items.push(item());
      if (peek(end)) return items;
      expect(',');
    }
  };
  const value = (depth: number): PythonValue => {
    if (depth > deepest) throw new SyntaxError(`More than ${deepest} levels.`);
    const { mark, value: plain } = next();
    const inner = () => value(depth + 1);
    if (mark === '[') return { kind: 'list', items: sequence(']', inner) };
    if (mark === '(') return { kind: 'tuple', items: sequence(')', inner) };
    if (mark === '?') return { kind: 'other', text: String(inner()) };
    if (mark === '{') {
      const entry = () => {
        const key = inner();
        expect(':');
        return [key, inner()] as const;
      };
      return { kind: 'dict', entries: sequence('}', entry) };
    }
    if (mark !== '') throw new SyntaxError(`An unexpected "${mark}" at character ${position}.`);
    return plain as PythonValue;
  };
  const result = value(0);
  if (text.slice(position).trim() !== '') {
    throw new SyntaxError(`Something follows the value at character ${position + 1}.`);
  }
  return result;
}
