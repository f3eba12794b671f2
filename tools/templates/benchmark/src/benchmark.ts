import { readFile } from 'node:fs/promises';
import type { Benchmark } from '@thinkbits/spec';
import { askForBoxedAnswer, defineBenchmark, studyDefaults } from '@thinkbits/validation';

interface Row {
  readonly id: string;
  readonly question: string;
  readonly answer: string;
}

/** TODO: name the benchmark, its data and the source of its wording. */
export const benchmark: Benchmark = defineBenchmark<Row>({
  id: '__name__',
  title: 'TODO: title and kind of problems',
  licence: 'Apache-2.0',
  rowSchema: {
    type: 'object',
    required: ['id', 'question', 'answer'],
    properties: {
      id: { type: 'string', minLength: 1 },
      question: { type: 'string', minLength: 1 },
      answer: { type: 'string', minLength: 1 },
    },
  },
  defaults: studyDefaults,
  read: () => readFile(new URL('../data/test.jsonl', import.meta.url), 'utf8'),
  toProblem: ({ id, question, answer }) => ({
    id,
    messages: askForBoxedAnswer(question),
    answer,
    groups: {}, // what accuracy is broken down by, for example { level: 3 }
    scorer: 'math',
  }),
});
