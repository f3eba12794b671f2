import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Benchmark, greedy } from '@thinkbits/spec';
import { defineBenchmark, type RowContext, studyDefaults } from '@thinkbits/validation';
import { gradingPrompt } from './prompt.js';

/** A solution that somebody's model gave, and what annotators say of it. */
export interface MrBenRow {
  readonly Question_UUID: string;
  /** `college_biology`, `high_school_math`, `coding`, … */
  readonly Subject: string;
  readonly Question: string;
  /** Absent for code. */
  readonly Options?: string;
  readonly Sampled_Model: string;
  /** Of code the program. */
  readonly Model_Solution_Steps: readonly string[] | string;
  readonly Model_Solution_Correctness: 'correct' | 'incorrect';
  /** A number; of code the line; `N/A` where the solution is correct. */
  readonly Model_Solution_First_Error_Step: string;
  readonly Model_Solution_Error_Reason: readonly string[] | string;
  readonly Model_Solution_Rectified_First_Error_Step: readonly string[] | string;
}

const text = { type: 'string', minLength: 1 };
const texts = { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] };

/** One or several texts as one. */
const joined = (parts: readonly string[] | string): string =>
  [parts]
    .flat()
    .map((part) => part.trim())
    .join('\n');

/** The subjects that are averaged over: of `college_biology` and `high_school_biology` the last word. */
const subjectOf = ({ Subject }: MrBenRow): string => Subject.split('_').at(-1) as string;

/** One model may have given two solutions: they are told apart by what they say. */
function problemId({ Question_UUID, Sampled_Model, Model_Solution_Steps }: MrBenRow): string {
  const solution = createHash('sha256').update(JSON.stringify(Model_Solution_Steps)).digest('hex');
  return `${Question_UUID}-${Sampled_Model}-${solution.slice(0, 8)}`;
}

/** What annotators say, in the three labelled parts that models are asked for. */
function expectedGrading(row: MrBenRow, { refuse }: RowContext): string {
  const isCode = row.Subject === 'coding';
  const step = row.Model_Solution_First_Error_Step;
  if (row.Model_Solution_Correctness === 'correct')
    return 'Solution Correctness: correct\nFirst Error Step: N/A\nError Reason: N/A';
  if (!isCode && !/^\d+$/.test(step))
    refuse(
      `Model_Solution_First_Error_Step is ${JSON.stringify(step.slice(0, 60))}; it must be the number of a step`,
      'An incorrect solution has a first step that errs; of code alone it is a line.',
    );
  return [
    'Solution Correctness: incorrect',
    `First Error ${isCode ? 'Line' : 'Step'}: ${step}`,
    `Error Reason: ${joined(row.Model_Solution_Error_Reason)}`,
    `Rectified: ${joined(row.Model_Solution_Rectified_First_Error_Step)}`,
  ].join('\n');
}

/**
 * MR-Ben (Zeng et al. 2024, arXiv 2406.13975): the model is a grader. Given a question and somebody's solution, it says whether the
 * solution is correct, which step errs first, and why. Asked as its script asks without examples, greedily.
 */
export const benchmark: Benchmark = defineBenchmark<MrBenRow>({
  id: 'mr-ben',
  title: 'MR-Ben: solutions to be graded',
  licence: 'MIT',
  rowSchema: {
    type: 'object',
    required: [
      'Question_UUID',
      'Subject',
      'Question',
      'Sampled_Model',
      'Model_Solution_Steps',
      'Model_Solution_Correctness',
      'Model_Solution_First_Error_Step',
      'Model_Solution_Error_Reason',
      'Model_Solution_Rectified_First_Error_Step',
    ],
    properties: {
      Question_UUID: text,
      Subject: text,
      Question: text,
      Options: { type: 'string' },
      Sampled_Model: text,
      Model_Solution_Steps: {
        anyOf: [text, { type: 'array', items: { type: 'string' }, minItems: 1 }],
      },
      Model_Solution_Correctness: { enum: ['correct', 'incorrect'] },
      Model_Solution_First_Error_Step: { type: 'string' },
      Model_Solution_Error_Reason: texts,
      Model_Solution_Rectified_First_Error_Step: texts,
    },
    if: { properties: { Subject: { not: { const: 'coding' } } } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { required: ['Options'] },
  },
  defaults: { sampling: greedy, maxTokens: studyDefaults.maxTokens },
  read: () => readFile(new URL('../data/sample.jsonl', import.meta.url), 'utf8'),
  toProblem: (row, _, context) => ({
    id: problemId(row),
    messages: [{ role: 'user', content: gradingPrompt(row) }],
    answer: expectedGrading(row, context),
    groups: { subject: subjectOf(row) },
    scorer: 'meta-reasoning',
  }),
});
