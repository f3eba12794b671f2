import { createHash } from 'node:crypto';
import {
  type Benchmark,
  type JsonSchema,
  type ProgramTests,
  programTestsSchema,
} from '@thinkbits/spec';
import { defineBenchmark, studyDefaults } from '@thinkbits/validation';

/** A question of the user's own. */
export interface JsonlRow {
  readonly question: string;
  /** May be left out where there are tests. */
  readonly answer?: string | number;
  /** Who judges: `math`, `choice`, or an installed scorer; may be left to {@link JsonlOptions.scorer}. */
  readonly scorer?: string;
  /** From the question where absent, so that the order of rows does not matter. */
  readonly id?: string | number;
  /** Multiple choice: the options, which are asked as lines `A) …` behind the question; `answer` is a letter. */
  readonly choices?: readonly string[];
  /** What a program has to do, for the scorer `code`. */
  readonly tests?: ProgramTests;
  /** What accuracy is broken down by. */
  readonly groups?: { readonly [name: string]: string | number };
}

/** What holds for all rows. */
export interface JsonlOptions {
  /** Of rows that name none. */
  readonly scorer?: string;
  /** Asked behind every question, after an empty line: "Please …, within \boxed{}." Nothing where absent. */
  readonly instruction?: string;
}

const text = { type: 'string', minLength: 1 };

const optionsSchema: JsonSchema = {
  type: 'object',
  properties: { scorer: text, instruction: text },
  additionalProperties: false,
};

const letterOf = (index: number): string => String.fromCharCode(65 + index);

function ask({ question, choices = [] }: JsonlRow, { instruction }: JsonlOptions): string {
  const options = choices.map((choice, index) => `${letterOf(index)}) ${choice}`).join('\n');
  return [question, options, instruction ?? ''].filter((part) => part !== '').join('\n\n');
}

/**
 * Questions of the user's own, a row each: `question`, `answer`, and who judges. Nothing else is needed, and what else a row
 * carries is let through. Options: {@link JsonlOptions}.
 */
export const benchmark: Benchmark = defineBenchmark<JsonlRow, JsonlOptions>({
  id: 'jsonl',
  title: 'Questions of your own',
  licence: 'Yours',
  rowSchema: {
    type: 'object',
    required: ['question'],
    if: { required: ['tests'] },
    else: { required: ['answer'] },
    properties: {
      question: text,
      answer: { type: ['string', 'number'], minLength: 1 },
      scorer: text,
      id: { type: ['string', 'integer'], minLength: 1 },
      tests: programTestsSchema,
      choices: { type: 'array', items: text, minItems: 2, maxItems: 26 },
      groups: { type: 'object', additionalProperties: { type: ['string', 'number'] } },
    },
  },
  optionsSchema,
  defaults: studyDefaults,
  read: {
    missing:
      'Name a file as its data, --data mine.jsonl, with lines {"question": "What is 2 + 2?", "answer": "4", "scorer": "math"}.',
  },
  toProblem(row, _, { options, refuse }) {
    const { question, id, choices, tests, groups = {} } = row;
    const scorer =
      row.scorer ??
      options.scorer ??
      refuse(
        'scorer is missing',
        'Say who judges: "scorer": "math" in the row, or scorer in the options of the benchmark for all rows.',
      );
    if (scorer === 'code' && !tests) {
      refuse(
        'tests are missing',
        'Programs are judged by running them: give {"cases": [{"input": "…", "output": "…"}]}.',
      );
    }
    const answer = row.answer ?? `passes ${tests?.cases.length} tests`;
    const hash = () => createHash('sha256').update(question).digest('hex').slice(0, 12);
    return {
      id: id === undefined ? `q-${hash()}` : String(id),
      messages: [{ role: 'user', content: ask(row, options) }],
      answer: String(answer),
      ...(choices && { choices: choices.length }),
      groups,
      scorer,
    };
  },
  tests: async ({ row }) => (row as unknown as JsonlRow).tests ?? { cases: [] },
});
