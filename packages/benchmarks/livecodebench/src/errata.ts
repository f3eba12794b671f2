import type { Row } from './row.js';

/** Why no judge can be right about a problem. */
export type Erratum = 'several-answers' | 'interactive' | 'wrong-tests';

/**
 * Problems that LiveCodeBench's errata page lists, by question id, or by the slug of the title for LeetCode's (evaluation.md §5.1).
 * They bound the score below 100 %.
 * @see https://github.com/LiveCodeBench/LiveCodeBench/blob/main/ERRATA.md
 */
export const errata: { readonly [problem: string]: Erratum } = {
  abc311_c: 'several-answers',
  abc326_d: 'several-answers',
  abc327_b: 'several-answers',
  abc333_e: 'several-answers',
  abc343_a: 'several-answers',
  abc343_e: 'several-answers',
  abc362_c: 'several-answers',
  arc185_c: 'several-answers',
  'find-words-containing-character': 'several-answers',
  'find-the-peaks': 'several-answers',
  'generate-binary-strings-without-adjacent-zeros': 'several-answers',
  abc337_e: 'interactive',
  abc355_e: 'interactive',
  abc350_c: 'wrong-tests',
  'apply-operations-to-make-string-empty': 'wrong-tests',
  'most-frequent-ids': 'wrong-tests',
  arc189_a: 'wrong-tests',
};

const slug = (title: string) =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

/** What is known to be wrong with a problem. */
export function erratumOf({
  question_id,
  question_title,
}: Pick<Row, 'question_id' | 'question_title'>): Erratum | undefined {
  const key = [question_id, slug(question_title)].find((each) => Object.hasOwn(errata, each));
  return key === undefined ? undefined : errata[key];
}
