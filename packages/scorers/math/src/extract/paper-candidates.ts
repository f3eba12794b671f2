import { findBoxes } from '@thinkbits/validation';

/** A piece of text that may be the answer, and where it stands. */
interface Piece {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Longer texts are read from their end alone, as everywhere in this package. */
const longest = 100_000;

/** LaTeX between `$`, `$$`, `\[ \]`, `\( \)` or ` [ ] `, with a percent sign behind it, or a plain `\frac{1}{2}`. */
const latex =
  /(?:(?<!\\)\$\$((?:[^$]|\$(?!\$)){1,300}?)\$\$|(?<!\\)\\\[((?:[^\\]|\\(?!\])){1,300}?)\\\]|(?<![\\\d])\$((?:\\\$|[^\n$]){1,300}?)(?<!\\)\$|(?<!\\)\\\(((?:[^\\\n]|\\(?!\))){1,300}?)\\\)|(?<=\s)\[([^\n[\]]{1,300}?)\](?=\s)|(-?\\frac\{-?\d{1,50}(?:[.,]\d{1,50})?\}\{-?\d{1,50}(?:[.,]\d{1,50})?\}))(?:\s{0,9}\\?%)?/g;

/** `1/2`, `3 + 4*5`: digits and at least one operator, between spaces or punctuation. */
const arithmetic =
  /(?<=^|[\s=]|\*\*)-?\(?-?\d(?=[\d.\s]{0,100}[+\-*×/^()÷])[\d.\s+\-*×/^()÷]{1,200}(?=\*\*|[.,:\s)$]|$)/gm;

/** A number behind a space or an equals sign: `1,234.5`, `$18`, `25 %`. */
const number =
  /(?<=^|[\s=]|\*\*)[$€£¥]?(-?\d{1,3}(?:[ ,]\d{3})+(?:\.\d+)?|-?\d+[.,]\d+|\.\d+|-?\d+)(?:\s{0,9}(?:%|[Pp]ercent(?:age)?|[Pp]ct))?/gm;

/** What joins a formula to the next. */
const joint = /^\s{0,20}(?:,|and|or)\s{0,20}$/;

/** Formulas that one may be joined with. */
const mostJoined = 5;

/** How far behind its anchor an answer may begin. */
const reach = 50;

/**
 * What lighteval's "extractive match" would try as the answer, in its order (evaluation.md §1.6; configuration: LaTeX with
 * boxes first, and plain expressions). Priorities: a box or "final answer is X. I hope"; "final answer … is X"; "answer: … X";
 * "answer … X"; any formula, expression or number. Within one priority what ends last is tried first; the first that can be
 * read is the prediction.
 *
 * Up to five further formulas, each joined by "and", "or" or a comma, are one candidate: the list of all; boxes as well,
 * where each stands in a formula of its own.
 */
export function* paperCandidates(generation: string): Generator<string> {
  const text = generation.slice(-longest);
  const latexPieces = formulas(text);
  yield* boxed(text, latexPieces);
  const kinds = [latexPieces, [...matches(text, arithmetic), ...matches(text, number)]];
  for (const pieces of kinds) pieces.sort((a, b) => a.start - b.start || b.end - a.end);
  /** What is announced: of each kind the first piece within reach, and the one behind the last equals sign. */
  const announced = (anchor: RegExp, gap: number): Piece[] =>
    [...text.matchAll(anchor)].flatMap((match) => {
      const from = match.index + match[0].length;
      const sign = gap < reach ? -1 : text.slice(from, from + 100).lastIndexOf('=');
      return kinds.flatMap((pieces) => [
        ...firstWithin(pieces, from, gap),
        ...(sign < 0 ? [] : firstWithin(pieces, from + sign + 1, 3)),
      ]);
    });
  const stated = announced(/final answer is:?/gi, 3);
  const groups = [
    stated.filter(({ end }) => /^\.?\s?I hope/.test(text.slice(end, end + 20))),
    announced(/final answer.{0,100}?\sis:?/gi, 3),
    announced(/answer:/gi, reach),
    announced(/answer/gi, reach),
    kinds.flat(),
  ];
  for (const group of groups) {
    group.sort((a, b) => b.end - a.end || a.start - b.start);
    for (const piece of group) yield piece.text;
  }
}

/** The first of the pieces, which are sorted, that begins at `from` or up to `gap` behind it. */
function firstWithin(pieces: readonly Piece[], from: number, gap: number): readonly Piece[] {
  let [low, high] = [0, pieces.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pieces[middle] as Piece).start < from) low = middle + 1;
    else high = middle;
  }
  const piece = pieces[low];
  return piece && piece.start - from <= gap ? [piece] : [];
}

/** The last box, or the boxes of the joined formulas that it ends. */
function boxed(text: string, pieces: readonly Formulas[]): readonly string[] {
  const piece = pieces.findLast(({ text: formula }) => formula.includes('\\boxed'));
  const boxes = piece?.parts.flatMap((part) => findBoxes(part).slice(-1)) ?? [];
  const joined = boxes.length > 1 && boxes.length === piece?.parts.length;
  const isLast = joined && findBoxes(text.slice(piece.end)).length === 0;
  return isLast ? [boxes.join(', ')] : findBoxes(text).slice(-1);
}

/** Formulas that are joined, or one alone. */
interface Formulas extends Piece {
  readonly parts: readonly string[];
}

function formulas(text: string): Formulas[] {
  const found: Formulas[] = [];
  for (const match of text.matchAll(latex)) {
    const content = match.slice(1).find((group) => group !== undefined) ?? '';
    const percent = /%$/.test(match[0]) && !/%\s*$/.test(content) ? '\\%' : '';
    const part = content.trim() + percent;
    const end = match.index + match[0].length;
    const before = found.at(-1);
    const joins =
      before !== undefined &&
      before.parts.length <= mostJoined &&
      match.index - before.end <= 50 &&
      joint.test(text.slice(before.end, match.index));
    if (joins) {
      const parts = [...before.parts, part];
      found[found.length - 1] = { parts, text: parts.join(', '), start: before.start, end };
    } else {
      found.push({ parts: [part], text: part, start: match.index, end });
    }
  }
  return found;
}

function matches(text: string, pattern: RegExp): Piece[] {
  return [...text.matchAll(pattern)].map(({ 0: whole, index }) => ({
    text: whole.trim(),
    start: index,
    end: index + whole.length,
  }));
}
