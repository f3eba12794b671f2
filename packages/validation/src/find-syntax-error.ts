/** Where a text stops being JSON, and what could stand there. */
export interface SyntaxErrorLocation {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly expected: string;
  /** The text that stands there instead, or `the end`. */
  readonly found: string;
}

const space = /[ \t\n\r]*/y;
const word = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)\b/y;
const escaped = /["\\/bfnrt]|u[0-9a-fA-F]{4}/y;

/** Where the string that opens at `start` ends, or undefined when it is not one; a loop, for strings of any length. */
function endOfString(text: string, start: number): number | undefined {
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at] as string;
    if (character === '"') return at + 1;
    if (character < ' ') return undefined;
    if (character !== '\\') continue;
    escaped.lastIndex = at + 1;
    const match = escaped.exec(text);
    if (!match) return undefined;
    at += match[0].length;
  }
  return undefined;
}

/**
 * Finds the first place where a text is not JSON (RFC 8259). `JSON.parse` says so only on some versions of the engine.
 * @returns undefined when the text is JSON
 */
export function findSyntaxError(text: string): SyntaxErrorLocation | undefined {
  let at = 0;
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) at += match[0].length;
    return match !== null;
  };
  const string = (): boolean => {
    const end = text[at] === '"' ? endOfString(text, at) : undefined;
    at = end ?? at;
    return end !== undefined;
  };
  const take = (character: string): boolean => {
    skip(space);
    if (text[at] !== character) return false;
    at++;
    return true;
  };
  const key = (): string | undefined => {
    skip(space);
    if (!string()) return 'a key in double quotes';
    return take(':') ? undefined : '":"';
  };
  // an explicit stack: the depth of a text must not exhaust that of the calls
  const open: ('}' | ']')[] = [];
  const failure = (): string | undefined => {
    for (;;) {
      if (take('{')) {
        if (!take('}')) {
          open.push('}');
          const wrong = key();
          if (wrong) return wrong === '":"' ? wrong : `${wrong} or "}"`;
          continue;
        }
      } else if (take('[')) {
        if (!take(']')) {
          open.push(']');
          continue;
        }
      } else if (!string() && !skip(word)) return 'a value';
      // a value has ended
      let closer = open.at(-1);
      while (closer && take(closer)) {
        open.pop();
        closer = open.at(-1);
      }
      if (!closer) break;
      if (!take(',')) return `"," or "${closer}"`;
      const wrong = closer === '}' ? key() : undefined;
      if (wrong) return wrong;
    }
    skip(space);
    return at < text.length ? 'the end' : undefined;
  };
  const expected = failure();
  if (expected === undefined) return undefined;
  const before = text.slice(0, at);
  return {
    line: before.split('\n').length,
    column: at - before.lastIndexOf('\n'),
    expected,
    found: at < text.length ? JSON.stringify(text.slice(at, at + 12).split('\n')[0]) : 'the end',
  };
}
