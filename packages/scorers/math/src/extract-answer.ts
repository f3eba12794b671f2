/** What was read as the answer, and how. */
export interface ExtractedAnswer {
  readonly text: string;
  readonly how: 'box' | 'stated' | 'last number';
}

/** Longer texts are read from their end alone: an answer stands last. */
const longest = 100_000;

/** Content of the braces that open at `start`; undefined when they never close. */
function braced(text: string, start: number): string | undefined {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '{') depth++;
    else if (text[i] === '}' && --depth === 0) return text.slice(start + 1, i);
  }
  return undefined;
}

/** The last box that holds something. A box that never closes is read to the end of its line. */
function lastBox(text: string): string | undefined {
  let found: string | undefined;
  for (const match of text.matchAll(/\\(?:boxed|fbox)\s*(\{|\S)/g)) {
    const at = match.index + match[0].length - 1;
    const content =
      match[1] === '{'
        ? (braced(text, at) ??
          (text.slice(at + 1).split('\n')[0] as string).replace(/\$+\s*\.?\s*$/, ''))
        : (match[1] as string);
    if (content.trim() !== '') found = content;
  }
  return found;
}

/** What follows the last "final answer is", "Answer:" or "####", to the end of its line or sentence. */
function stated(text: string): string | undefined {
  const markers =
    /(?:####|\bfinal answer\b[\s*_]*(?:is|:|=)|\banswer\b[\s*_]*(?:is|:|=))[\s*_:]*(\S[^\n]*)/gi;
  const last = [...text.matchAll(markers)].at(-1)?.[1];
  if (last === undefined) return undefined;
  const math = /^(?:\$\$?|\\\(|\\\[)(.+?)(?:\$\$?|\\\)|\\\])/.exec(last);
  if (math) return math[1];
  return last.replace(/\.\s+[A-Z].*$/, '').replace(/[\s*_.]+$/, '');
}

/**
 * Reads an answer: the last box, else what is stated as the answer, else the last number.
 * Of several boxes the last counts; an empty one, as in an echoed instruction, does not.
 */
export function extractAnswer(prediction: string): ExtractedAnswer | undefined {
  const text = prediction.slice(-longest);
  const box = lastBox(text);
  if (box !== undefined) return { text: box, how: 'box' };
  const said = stated(text);
  if (said !== undefined && said.trim() !== '') return { text: said, how: 'stated' };
  const number = text.match(/-?\d[\d,]*(?:\.\d+)?(?:\/\d+)?/g)?.at(-1);
  return number === undefined ? undefined : { text: number, how: 'last number' };
}
