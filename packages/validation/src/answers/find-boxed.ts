/** Boxes that are tried from the end; more in a row without content are no answer. */
const mostBoxes = 50;

const box = /\\(?:boxed|fbox)\s*(\{|[^\s{])/g;

/** The last box that holds something; of several boxes the last counts, an echoed empty one does not. */
export function findBoxed(text: string): string | undefined {
  for (const match of [...text.matchAll(box)].slice(-mostBoxes).reverse()) {
    const content = contentOf(text, match);
    if (content !== '') return content;
  }
  return undefined;
}

/** The last 50 boxes that hold something, in their order; of a box within a box the outer one. */
export function findBoxes(text: string): string[] {
  const found: string[] = [];
  let end = 0;
  for (const match of [...text.matchAll(box)].slice(-mostBoxes)) {
    if (match.index < end) continue;
    const content = contentOf(text, match);
    end = match.index + match[0].length + content.length;
    if (content !== '') found.push(content);
  }
  return found;
}

function contentOf(text: string, match: RegExpExecArray): string {
  const at = match.index + match[0].length - 1;
  const content =
    match[1] === '{' ? (braced(text, at) ?? restOfLine(text, at + 1)) : unbraced(text, at);
  return content.trim();
}

/** Content of the braces that open at `start`; undefined when they never close. */
function braced(text: string, start: number): string | undefined {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return text.slice(start + 1, at);
  }
  return undefined;
}

/** A box that never closes reaches to the end of its line or formula. */
function restOfLine(text: string, start: number): string {
  return (text.slice(start).split(/[\n$]/, 1)[0] as string).replace(/\\[)\]]\s*$/, '');
}

/** `\boxed 5`, `\boxed 12`, `\boxed\pi` */
function unbraced(text: string, at: number): string {
  return /^(?:\d[\d.,]*\d|\\[A-Za-z]+|.)/s.exec(text.slice(at, at + 50))?.[0] ?? '';
}
