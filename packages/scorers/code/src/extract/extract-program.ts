import type { ProgramTests } from '@thinkbits/spec';
import { afterThinking } from '@thinkbits/validation';
import { findFences } from './find-fences.js';

/** How a program is read out of an answer. */
export type Extraction = 'last-program' | 'livecodebench';

/** A program and how it was found; undefined code where there is none. */
export interface ExtractedProgram {
  readonly code: string | undefined;
  readonly how: string;
}

const tags: { readonly [language in NonNullable<ProgramTests['language']>]: RegExp } = {
  python: /^(python[\d.]*|py[\d.]*|cpython)$/,
  javascript: /^(javascript|js|node|nodejs|mjs|cjs)$/,
};

/**
 * What LiveCodeBench runs (evaluation.md §5.2): the text between the last two lines that contain three backticks, whatever is
 * there; the thinking is part of the text.
 */
export function betweenLastFences(text: string): string | undefined {
  const lines = text.split('\n');
  const fences = lines.flatMap((line, index) => (line.includes('```') ? [index] : []));
  const [first, last] = fences.slice(-2);
  return last === undefined ? undefined : lines.slice((first as number) + 1, last).join('\n');
}

/**
 * The program of an answer: the last block whose tag names the language, else the last without a tag; a block that was closed goes
 * before one that was not, and nothing that is not fenced is taken. What stands before `</think>` is not read.
 */
export function lastProgram(
  text: string,
  language: NonNullable<ProgramTests['language']>,
): ExtractedProgram {
  const answer = afterThinking(text);
  if (answer === undefined) return { code: undefined, how: 'the thinking never ended' };
  const blocks = findFences(answer).filter(({ code }) => code.trim() !== '');
  const named = blocks.filter(({ tag }) => tags[language].test(tag));
  const plain = blocks.filter(({ tag }) => tag === '');
  for (const [list, how] of [
    [named, `the last ${language} block`],
    [plain, 'the last block without a tag'],
  ] as const) {
    const block = list.findLast(({ closed }) => closed) ?? list.at(-1);
    if (block) return { code: block.code, how: block.closed ? how : `${how}, never closed` };
  }
  return { code: undefined, how: `no block of ${language} was found` };
}

/** Reads the program out of an answer in one of the two ways. */
export function extractProgram(
  text: string,
  language: NonNullable<ProgramTests['language']>,
  extraction: Extraction,
): ExtractedProgram {
  if (extraction === 'last-program') return lastProgram(text, language);
  const code = betweenLastFences(text);
  const found = code !== undefined && code.trim() !== '';
  return found
    ? { code, how: 'between the last two fences' }
    : { code: undefined, how: 'fewer than two fences' };
}
