import { parseDecimal } from './parse-decimal.js';

/** What Python's `str.strip` and `str.split` take for white space: more than JavaScript does. */
const isSpace = (character: string) =>
  /\s/.test(character) || (character >= '\x1c' && character <= '\x1f') || character === '\x85';

/** Python's `strip`; a pattern anchored at the end would take quadratic time on what hostile programs print. */
function strip(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isSpace(text[start] as string)) start++;
  while (end > start && isSpace(text[end - 1] as string)) end--;
  return text.slice(start, end);
}

/** Python's `split()`. */
function split(line: string): string[] {
  const words: string[] = [];
  let start = 0;
  for (let end = 0; end <= line.length; end++) {
    if (end < line.length && !isSpace(line[end] as string)) continue;
    if (end > start) words.push(line.slice(start, end));
    start = end + 1;
  }
  return words;
}

function sameLine(printed: string, expected: string): boolean {
  if (printed === expected) return true;
  const [words, wanted] = [split(printed), split(expected)];
  return (
    words.length === wanted.length &&
    words.every((word, index) => {
      const number = parseDecimal(word);
      return number !== undefined && number === parseDecimal(wanted[index] as string);
    })
  );
}

/**
 * Compares what a program printed with what it had to (evaluation.md §5.3): both stripped, then line by line, stripped; lines
 * are equal as texts, or as lists of decimal numbers of the same values.
 * @returns undefined where they agree, else where they first do not
 */
export function compareOutput(printed: string, expected: string): string | undefined {
  if (printed === expected) return undefined;
  const [lines, wanted] = [strip(printed).split('\n'), strip(expected).split('\n')];
  if (lines.length !== wanted.length) {
    return `printed ${lines.length} lines where ${wanted.length} were expected`;
  }
  const index = lines.findIndex((line, at) => !sameLine(strip(line), strip(wanted[at] as string)));
  if (index < 0) return undefined;
  return `line ${index + 1} is ${quote(lines[index])}, and ${quote(wanted[index])} was expected`;
}

const quote = (line = '') =>
  JSON.stringify(line.length > 80 ? `${strip(line).slice(0, 80)}…` : strip(line));
