import { normalize } from './normalize.js';
import { parseNumber, sameNumber } from './parse-number.js';

/** Members and brackets of a tuple, interval, set or bare list. */
interface Collection {
  readonly open: string;
  readonly close: string;
  readonly members: readonly string[];
}

const mostMembers = 100;

/** Splits at commas that stand outside all brackets. */
function split(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length && parts.length < mostMembers; i++) {
    if ('([{'.includes(text[i] as string)) depth++;
    else if (')]}'.includes(text[i] as string)) depth--;
    else if (text[i] === ',' && depth === 0) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return [...parts, text.slice(start)].map((part) => part.trim());
}

/** "a, b and c" and "a or b" are lists as well. */
function collection(text: string): Collection | undefined {
  const match = /^(\\\{|[([{])(.*)(\\\}|[)\]}])$/s.exec(text);
  if (match) {
    const members = split(match[2] as string);
    const open = (match[1] as string).replace('\\', '');
    if (members.length > 1 || open === '{')
      return { open, close: (match[3] as string).replace('\\', ''), members };
  }
  const members = split(text.replaceAll(/\s+(?:and|or)\s+/g, ', '));
  return members.length > 1 ? { open: '', close: '', members } : undefined;
}

function sameMembers(
  a: readonly string[],
  b: readonly string[],
  ordered: boolean,
  depth: number,
): boolean {
  if (a.length !== b.length) return false;
  if (ordered) return a.every((member, i) => equalTexts(member, b[i] as string, depth));
  const left = [...b];
  return a.every((member) => {
    const at = left.findIndex((other) => equalTexts(member, other, depth));
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
}

/** Round brackets may be left out of a tuple; square and curly ones mean something. */
function sameCollection(a: Collection, b: Collection, depth: number): boolean {
  const shape = ({ open, close }: Collection) => `${open}${close}`;
  const [x, y] = [shape(a), shape(b)];
  const lists = [x, y].every((brackets) => brackets === '' || brackets === '{}');
  const bare = [x, y].every((brackets) => brackets === '' || brackets === '()');
  if (x !== y && !lists && !bare) return false;
  return sameMembers(a.members, b.members, !lists, depth);
}

const loose = (text: string): string =>
  text.replaceAll(/[\s{}\\]/g, '').replace(/^\((\w)\)$/, '$1');

/** Single letters are names of things and keep their case; words do not. */
function sameWords(a: string, b: string): boolean {
  const [x, y] = [loose(a), loose(b)];
  return x === y || (x.length > 1 && /^[a-z]+$/i.test(x) && x.toLowerCase() === y.toLowerCase());
}

/** 25 % is 0.25, and people also write 25 for it; below one the figure itself is not what is meant. */
function percentForms(text: string): string[] {
  const figure = /^(.*\S)\s*%$/.exec(text)?.[1];
  if (figure === undefined) return [text];
  const value = parseNumber(figure.replace(/^-/, ''));
  const wholePercents = value !== undefined && value.numerator >= value.denominator;
  return [`(${figure})/100`, ...(wholePercents ? [figure] : [])];
}

function equalTexts(a: string, b: string, depth: number): boolean {
  if (a === b) return true;
  if (depth > 3) return false;
  const bothPercent = a.endsWith('%') && b.endsWith('%');
  const forms = bothPercent
    ? [[a.slice(0, -1).trim(), b.slice(0, -1).trim()]]
    : percentForms(a).flatMap((x) => percentForms(b).map((y) => [x, y]));
  for (const [x, y] of forms as [string, string][]) {
    const [m, n] = [parseNumber(x), parseNumber(y)];
    if (m && n && sameNumber(m, n)) return true;
  }
  const [c, d] = [collection(a), collection(b)];
  if (c && d) return sameCollection(c, d, depth + 1);
  return sameWords(a, b);
}

/** How two answers relate, and why. */
export interface Comparison {
  readonly outcome: 'equal' | 'different' | 'undecided';
  readonly reason: string;
}

/** Compares a gold answer with a prediction. Both are data: nothing is evaluated. */
export function compareAnswers(gold: string, prediction: string): Comparison {
  const [a, b] = [normalize(gold), normalize(prediction)];
  if (b === '') return { outcome: 'undecided', reason: 'The answer is empty.' };
  if (equalTexts(a, b, 0)) return { outcome: 'equal', reason: `${b} is ${a}.` };
  const decided = parseNumber(b.replace(/%$/, '')) !== undefined || !/[\\^_=<>]/.test(`${a}${b}`);
  if (decided) return { outcome: 'different', reason: `${b} is not ${a}.` };
  return { outcome: 'undecided', reason: `Whether ${b} equals ${a} could not be settled.` };
}
