import { readFile } from 'node:fs/promises';
import type { Benchmark } from '@thinkbits/spec';
import { defineBenchmark } from '@thinkbits/validation';

interface Row {
  readonly problem: string;
  readonly answer: string;
  readonly subject: string;
  readonly level: number;
  readonly unique_id: string;
}

const text = { type: 'string', minLength: 1 };

/** MATH-500, asked as in the study (evaluation.md §1.3); the gold answer is the data's own `answer`. */
export const benchmark: Benchmark = defineBenchmark<Row>({
  id: 'math-500',
  title: 'MATH-500: competition mathematics',
  licence: 'MIT',
  rowSchema: {
    type: 'object',
    required: ['problem', 'answer', 'subject', 'level', 'unique_id'],
    properties: {
      problem: text,
      answer: text,
      subject: text,
      level: { type: 'integer', minimum: 1, maximum: 5 },
      unique_id: text,
    },
  },
  defaults: { sampling: { temperature: 0.6, topP: 0.95, topK: 0, minP: 0 }, maxTokens: 32768 },
  read: () => readFile(new URL('../data/test.jsonl', import.meta.url), 'utf8'),
  toProblem: ({ problem, answer, subject, level, unique_id }) => ({
    id: unique_id,
    messages: [
      {
        role: 'user',
        content: `${problem}\n\nPlease reason step by step, and put your final answer within \\boxed{}.`,
      },
    ],
    answer,
    groups: { subject, level },
    scorer: 'math',
  }),
});
