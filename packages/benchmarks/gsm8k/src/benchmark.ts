import { readFile } from 'node:fs/promises';
import type { Benchmark } from '@thinkbits/spec';
import {
  askForBoxedAnswer,
  defineBenchmark,
  type RowContext,
  studyDefaults,
} from '@thinkbits/validation';

interface Row {
  readonly question: string;
  readonly answer: string;
}

/** The number behind `####`, without thousands separators. */
function goldAnswer({ answer }: Row, { refuse }: RowContext): string {
  const gold = /####\s*(\S+)\s*$/.exec(answer)?.[1]?.replaceAll(',', '');
  if (gold !== undefined) return gold;
  return refuse(
    'answer does not end in "#### number"',
    'GSM8K answers are a worked solution, then "#### " and the result.',
  );
}

/** GSM8K, the 1319 test problems, asked as in the study (evaluation.md §1.3). */
export const benchmark: Benchmark = defineBenchmark<Row>({
  id: 'gsm8k',
  title: 'GSM8K: grade-school math word problems',
  licence: 'MIT',
  rowSchema: {
    type: 'object',
    required: ['question', 'answer'],
    properties: {
      question: { type: 'string', minLength: 1 },
      answer: { type: 'string', minLength: 1 },
    },
  },
  defaults: studyDefaults,
  read: () => readFile(new URL('../data/test.jsonl', import.meta.url), 'utf8'),
  toProblem: (row, index, context) => ({
    id: `gsm8k-${index + 1}`,
    messages: askForBoxedAnswer(row.question),
    answer: goldAnswer(row, context),
    groups: {},
    scorer: 'math',
  }),
});
