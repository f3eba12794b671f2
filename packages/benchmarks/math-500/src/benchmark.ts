import { readFile } from 'node:fs/promises';
import type { Benchmark } from '@thinkbits/spec';
import {
  askForBoxedAnswer,
  defineBenchmark,
  findBoxed,
  studyDefaults,
} from '@thinkbits/validation';

interface Row {
  readonly problem: string;
  /** Worked out, its result in a box. */
  readonly solution: string;
  readonly subject: string;
  readonly level: number;
  readonly unique_id: string;
}

const text = { type: 'string', minLength: 1 };

/**
 * MATH-500, asked as in the study (evaluation.md §1.3). The expected answer is what the last box of the worked solution
 * holds, as in its code (§1.2); the data's own `answer` says the same in all 500 rows, and is not read.
 */
export const benchmark: Benchmark = defineBenchmark<Row>({
  id: 'math-500',
  title: 'MATH-500: competition mathematics',
  licence: 'MIT',
  rowSchema: {
    type: 'object',
    required: ['problem', 'solution', 'subject', 'level', 'unique_id'],
    properties: {
      problem: text,
      solution: text,
      subject: text,
      level: { type: 'integer', minimum: 1, maximum: 5 },
      unique_id: text,
    },
  },
  defaults: studyDefaults,
  read: () => readFile(new URL('../data/test.jsonl', import.meta.url), 'utf8'),
  toProblem: ({ problem, solution, subject, level, unique_id }, _, { refuse }) => ({
    id: unique_id,
    messages: askForBoxedAnswer(problem),
    answer:
      findBoxed(solution) ??
      refuse('solution has no \\boxed{…}', 'A solution is worked out and ends in a box.'),
    groups: { subject, level },
    scorer: 'math',
  }),
});
