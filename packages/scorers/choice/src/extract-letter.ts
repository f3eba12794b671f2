import { readLetter } from './read-letter.js';

/** What announces an answer: a box, or "answer", "option", "choice" with "is", a colon or an equals sign. */
const announcement =
  /\\(?:boxed|fbox)(?![a-z])|\b(?:answer|option|choice)\b[ \t*_]{0,10}(?:is\b|:|=)[\s*_:]{0,20}/gi;

/** A line that is nothing but a letter: `**B**`, `(B)`, `B.` */
const line = /^[ \t*_$(]{0,9}([A-Za-z])[ \t*_$).]{0,9}$/gm;

/** A letter in bold or in round brackets within a sentence. */
const emphasis = /\*\*\(?([A-Z])\)?\.?\*\*|(?<![\w\\])\(([A-Z])\)/g;

/** A letter and where it was found. */
interface Found {
  readonly letter: string;
  readonly index: number;
}

/**
 * The last announced letter within the options, else the only one that the last paragraph emphasizes; prose is never
 * guessed.
 */
export function extractLetter(text: string, choices: number): string | undefined {
  const last = String.fromCharCode(64 + choices);
  const announced: Found[] = [];
  for (const { 0: marker, index } of text.matchAll(announcement)) {
    const letter = readLetter(text.slice(index + marker.length, index + marker.length + 200));
    if (letter !== undefined && letter <= last) announced.push({ letter, index });
  }
  for (const { 1: letter = '', index } of text.matchAll(line)) {
    if (letter.toUpperCase() <= last) announced.push({ letter: letter.toUpperCase(), index });
  }
  if (announced.length > 0) {
    return announced.reduce((best, found) => (found.index >= best.index ? found : best)).letter;
  }
  const paragraph =
    text
      .trimEnd()
      .slice(-2000)
      .split(/\n\s*\n/)
      .at(-1) ?? '';
  const emphasized = [...paragraph.matchAll(emphasis)].map(
    ([, bold, round]) => bold ?? round ?? '',
  );
  const [only, ...others] = new Set(emphasized.filter((letter) => letter !== '' && letter <= last));
  return others.length === 0 ? only : undefined;
}
