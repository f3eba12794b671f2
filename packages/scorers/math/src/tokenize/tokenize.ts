import { multiplyRationals, type Rational, rational } from '../algebra/rational.js';
import { type StepBudget, Unreadable } from '../step-budget.js';
import { readNumberWords, scales } from './number-words.js';
import { readNumber } from './read-number.js';
import type { Reading, Token } from './token.js';
import { isUnitWord } from './units.js';
import {
  bareCommands,
  characters,
  shortWords,
  spacing,
  symbols,
  synonyms,
  textCommands,
  typefaces,
} from './vocabulary.js';

/** `\frac{\text{m}}{\text{s}^2}` */
const unitQuotient =
  /\\[dt]?frac\{\s?\\(?:text|mathrm)\{([^{}]{1,30})\}\s?\}\{\s?\\(?:text|mathrm)\{([^{}]{1,30})\}(\^\{?\d\}?)?\s?\}/g;

/** A token takes some searches by regular expressions, each of several operations. */
const stepsPerToken = 4;

/** Cuts an answer into tokens; white space, dollar signs, full stops and typesetting commands go. */
export function tokenize(budget: StepBudget, answer: string, reading: Reading): Token[] {
  const text = answer
    .replace(/\P{ASCII}/gu, (character) => characters[character] ?? character)
    .replaceAll('{:}', ':')
    .replaceAll(unitQuotient, '\\text{$1/$2}$3')
    .replaceAll(/m?\\(?:measured)?angle(?![a-z])/g, '\\text{angle}')
    .replaceAll(/(?<=\d)\s?x\s?(?=10\s?\^)/g, '\\cdot ')
    .replaceAll(/\b(?:USD|US\\?\$)\s?(?=\d)/g, '\\$')
    .replaceAll(/(?<=\d\s?)([ap])\.\s?m\b\.?/gi, '$1m');
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    budget.spend(stepsPerToken);
    // Long enough for any name; keeps the work linear.
    const ahead = text.slice(at, at + 100);
    if (/^\.?\d/.test(ahead)) {
      const { token, end } = readNumber(budget, text, at, reading);
      tokens.push(token);
      at = end;
    } else if (/^\p{L}/u.test(ahead)) {
      const number = readNumberWords(ahead);
      const run = number ? ahead.slice(0, number.length) : (/^\p{L}+/u.exec(ahead)?.[0] as string);
      if (number) tokens.push(numberToken(run, number.value));
      else if (!scaleLast(tokens, run)) tokens.push(...readLetters(run));
      at += run.length;
    } else if (ahead.startsWith('\\')) {
      const { inner, end } = readCommand(text, at, tokens);
      if (inner !== undefined) tokens.push(...tokenize(budget, inner, reading));
      at = end;
    } else if (ahead.startsWith('**')) {
      tokens.push({ kind: 'symbol', text: '^' });
      at += 2;
    } else if (ahead.startsWith('...')) {
      tokens.push({ kind: 'command', text: 'ldots' });
      at += 3;
    } else {
      const character = String.fromCodePoint(ahead.codePointAt(0) as number);
      if (!/[\s$~.]/.test(character)) tokens.push({ kind: 'symbol', text: character });
      at += character.length;
    }
  }
  return tokens;
}

const numberToken = (text: string, value: Rational): Token => ({
  kind: 'number',
  text,
  value,
  integer: value.denominator === 1n,
});

/** Multiplies the last number by what a word such as `million` says. */
function scaleLast(tokens: Token[], word: string): boolean {
  const scale = scales.get(word.toLowerCase());
  const last = tokens.at(-1);
  if (scale === undefined || last?.kind !== 'number') return false;
  tokens[tokens.length - 1] = numberToken('', multiplyRationals(last.value, rational(scale)));
  return true;
}

/** A run of letters is a separator, a function, a word, or a product of variables. */
function readLetters(run: string): Token[] {
  const lower = run.toLowerCase();
  if (lower === 'and' || lower === 'or') return [{ kind: 'symbol', text: lower }];
  const command = Object.hasOwn(bareCommands, lower) ? bareCommands[lower] : undefined;
  if (command !== undefined) return [{ kind: 'command', text: command }];
  if (run.length > 3 || (run.length > 1 && (shortWords.has(lower) || isUnitWord(run)))) {
    return [{ kind: 'word', text: run }];
  }
  return [...run].map((letter) => ({ kind: 'letter', text: letter }));
}

/**
 * Reads the command at `start` into `tokens`.
 * @returns where it ends, and the `inner` text that is to be cut as mathematics: text with numbers in it
 */
function readCommand(
  text: string,
  start: number,
  tokens: Token[],
): { readonly inner?: string; readonly end: number } {
  const name = /^\\([A-Za-z]+|.)/s.exec(text.slice(start, start + 100))?.[1];
  if (name === undefined) throw new Unreadable('a backslash at the end');
  const end = start + 1 + name.length;
  const push = (kind: 'letter' | 'text' | 'command' | 'symbol', content: string): void => {
    tokens.push({ kind, text: content });
  };
  if (textCommands.has(name)) {
    const argument = argumentAt(text, end);
    const content = argument.text.trim();
    const lower = content.toLowerCase();
    const [word = ''] = /^[a-z]*/.exec(lower) ?? [];
    if (scaleLast(tokens, word)) return { inner: content.slice(word.length), end: argument.end };
    const named = name === 'operatorname' || Object.hasOwn(bareCommands, lower);
    // `\text{9E4}_{16}` is a numeral.
    const based =
      /^[\dA-F]+$/.test(content) && /^\s*_/.test(text.slice(argument.end, argument.end + 9));
    const number =
      (/\d/.test(content) && !based) || readNumberWords(content)?.length === content.length;
    // `\text{A and C}` lists options.
    const options = /^[A-Z](?:,?\s(?:and\s)?[A-Z])+$/.test(content);
    if (named || number || options || content.startsWith('\\$'))
      return { inner: content, end: argument.end };
    if (lower === 'and' || lower === 'or' || lower === ',') push('symbol', lower);
    else if (lower === 'to' && tokens.at(-1)?.kind === 'number') push('symbol', ':');
    else if (content !== '') push('text', content);
    return { end: argument.end };
  }
  if (name === 'begin' || name === 'end' || name === 'mathbb' || name === 'mathcal') {
    const argument = argumentAt(text, end);
    push(name === 'begin' || name === 'end' ? 'command' : 'letter', `${name} ${argument.text}`);
    return { end: argument.end };
  }
  if (name === '\\') push('command', 'row');
  else if (Object.hasOwn(symbols, name)) push('symbol', symbols[name] as string);
  else if ('$%{}|'.includes(name)) push('symbol', `\\${name}`);
  else if ('_&#'.includes(name)) push('symbol', name);
  else if (!spacing.has(name) && !typefaces.has(name) && name.trim() !== '') {
    push('command', Object.hasOwn(synonyms, name) ? (synonyms[name] as string) : name);
  }
  return { end };
}

/** The content of the braces at `start`, or the one character there. */
function argumentAt(text: string, start: number): { readonly text: string; readonly end: number } {
  let open = start;
  while (/\s/.test(text[open] ?? '')) open++;
  if (text[open] !== '{') return { text: text[open] ?? '', end: open + 1 };
  let depth = 0;
  let at = open;
  for (; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) break;
  }
  return { text: text.slice(open + 1, at), end: at + 1 };
}
