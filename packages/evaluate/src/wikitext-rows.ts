import { sha256 } from './run/sha256.js';

/**
 * The form of WikiText that GPTQ-style perplexities are measured on: the rows of the data set
 * joined with blank lines.
 *
 * Each line of `wiki.test.raw` is a row; a line of white space only is the empty row, every other
 * keeps its leading space and its line break. Perplexities of the plain file and of this form are
 * not comparable.
 *
 * @param text the file, with `\n` line breaks
 */
export function wikitextRows(text: string): string {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => (line.trim() === '' ? '' : `${line}\n`)).join('\n\n');
}

/** The `text_hash` of a text: sha256 of its UTF-8 bytes. */
export function hashText(text: string): string {
  return sha256(text);
}
