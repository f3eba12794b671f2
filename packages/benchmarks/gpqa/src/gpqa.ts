import type { Benchmark } from '@thinkbits/spec';
import { defineBenchmark, studyDefaults } from '@thinkbits/validation';
import { optionOrder } from './option-order.js';
import { type GpqaOptions, gpqaOptionsSchema } from './options.js';

/** The sets of GPQA (Rein et al. 2023, arXiv 2311.12022), of 198, 448 and 546 questions. */
export const gpqaSets = {
  'gpqa-diamond': 'GPQA Diamond: graduate-level multiple choice',
  'gpqa-main': 'GPQA main: graduate-level multiple choice',
  'gpqa-extended': 'GPQA extended: graduate-level multiple choice',
} as const;

/** One of {@link gpqaSets}. */
export type GpqaSet = keyof typeof gpqaSets;

/** A row as the gated data have it. */
interface Row {
  readonly 'Record ID': string;
  readonly Question: string;
  readonly 'Correct Answer': string;
  readonly 'Incorrect Answer 1': string;
  readonly 'Incorrect Answer 2': string;
  readonly 'Incorrect Answer 3': string;
  readonly 'High-level domain'?: string;
}

const text = { type: 'string', minLength: 1 };
const letters = ['A', 'B', 'C', 'D'] as const;

/** The prompt of simple-evals, which the study uses (evaluation.md §1.3); answers are not stripped. */
function prompt(question: string, options: readonly string[]): string {
  return [
    "Answer the following multiple choice question. The last line of your response should be of the following format: 'Answer: $LETTER' (without quotes) where LETTER is one of ABCD. Think step by step before answering.",
    '',
    question,
    '',
    ...options.map((option, index) => `${letters[index]}) ${option}`),
  ].join('\n');
}

/**
 * GPQA over the caller's own copy: the data are gated, and whoever gets them promises not to reveal examples. So nothing of a
 * row is shipped, quoted in a message, or kept with an answer but its id and the order of its options; reports leave
 * questions and answers out unless they are told to show them. Options: {@link GpqaOptions}.
 */
export function gpqa(set: GpqaSet): Benchmark {
  return defineBenchmark<Row, GpqaOptions>({
    id: set,
    title: gpqaSets[set],
    licence: 'CC-BY-4.0, gated: examples must not be revealed online',
    confidential: true,
    rowSchema: {
      type: 'object',
      required: [
        'Record ID',
        'Question',
        'Correct Answer',
        'Incorrect Answer 1',
        'Incorrect Answer 2',
        'Incorrect Answer 3',
      ],
      properties: {
        'Record ID': text,
        Question: text,
        'Correct Answer': text,
        'Incorrect Answer 1': text,
        'Incorrect Answer 2': text,
        'Incorrect Answer 3': text,
        'High-level domain': { type: 'string' },
      },
    },
    optionsSchema: gpqaOptionsSchema,
    defaults: studyDefaults,
    read: {
      missing:
        'GPQA is gated. Accept its terms on the hub (Idavidrein/gpqa), then name your copy, CSV or JSON lines, as its data: --data gpqa_diamond.csv.',
    },
    toProblem(row, index, { seed, options }) {
      const id = row['Record ID'];
      const order = optionOrder({ recordId: id, index }, options, seed);
      const [right, ...wrong] = [
        row['Correct Answer'],
        row['Incorrect Answer 1'],
        row['Incorrect Answer 2'],
        row['Incorrect Answer 3'],
      ] as const;
      const shown = order.map((which) => [right, ...wrong][which] as string);
      const domain = row['High-level domain'];
      return {
        id,
        messages: [{ role: 'user', content: prompt(row.Question, shown) }],
        answer: letters[order.indexOf(0)] as string,
        choices: 4,
        groups: domain ? { domain } : {},
        extra: { option_order: order },
        scorer: 'choice',
      };
    },
  });
}

/** GPQA Diamond, see {@link gpqa}. */
export const benchmark: Benchmark = gpqa('gpqa-diamond');
