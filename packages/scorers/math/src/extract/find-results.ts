import { findBoxes } from '@thinkbits/validation';
import { findStated } from './find-stated.js';

/** Thinking longer than this is read from its end alone. */
const longest = 100_000;
/** Different results that are kept, the last ones: what is compared with them is bounded. */
const most = 200;

/** What stands behind an equals sign up to the end of its sentence, formula or line. */
const equated = /=\s*([^=\n]{1,120}?)\s*(?=\n|$|[.,;:!?](?:\s|$)|\$|\\\)|\\\]|=)/g;

/**
 * What a text states as results on its way, each once, in order: boxes, the right-hand sides of equations, and what follows
 * the last "answer is". A number that only occurs, such as one of the question, is none.
 */
export function findResults(text: string): string[] {
  const read = text.slice(-longest);
  const equations = [...read.matchAll(equated)].map((match) => match[1] as string);
  const stated = findStated(read);
  const all = [...equations, ...findBoxes(read), ...(stated === undefined ? [] : [stated])];
  return [...new Set(all)].slice(-most);
}
