import { readFile } from 'node:fs/promises';
import { type Benchmark, ThinkbitsError } from '@thinkbits/spec';
import { defineBenchmark } from '@thinkbits/validation';

interface Row {
  readonly question: string;
  readonly answer: string;
}

/** The number behind `####`, without thousands separators. */
function goldAnswer({ answer }: Row, index: number): string {
  const gold = /####\s*(\S+)\s*$/.exec(answer)?.[1];
  if (gold !== undefined) return gold.replaceAll(',', '');
  throw new ThinkbitsError({
    code: 'benchmark/bad-row',
    message: `gsm8k row ${index + 1}: answer does not end in "#### number".`,
    help: 'GSM8K answers are a worked solution, then "#### " and the result.',
  });
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
  defaults: { sampling: { temperature: 0.6, topP: 0.95, topK: 0, minP: 0 }, maxTokens: 32768 },
  read: () => readFile(new URL('../data/test.jsonl', import.meta.url), 'utf8'),
  toProblem: (row, index) => ({
    id: `gsm8k-${index + 1}`,
    messages: [
      {
        role: 'user',
        content: `${row.question}\n\nPlease reason step by step, and put your final answer within \\boxed{}.`,
      },
    ],
    answer: goldAnswer(row, index),
    groups: {},
    scorer: 'math',
  }),
});
