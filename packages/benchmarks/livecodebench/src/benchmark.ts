import {
  type Benchmark,
  type JsonObject,
  type LoadOptions,
  type ProgramTests,
  ThinkbitsError,
} from '@thinkbits/spec';
import {
  defineBenchmark,
  type GivenRow,
  parseJson,
  studyDefaults,
  validate,
} from '@thinkbits/validation';
import { decodeTests } from './decode-tests.js';
import { erratumOf } from './errata.js';
import { filesOf, type LivecodebenchOptions, livecodebenchOptionsSchema } from './options.js';
import { expandFolders, hashOf, readPlace, readRows } from './read-rows.js';
import { type Row, rowSchema } from './row.js';

const dataset = 'livecodebench/code_generation_lite';

/** The prompt of R1-style evaluations, which the study sends as the user's turn (evaluation.md §5.6). */
export function promptOf({ question_content, starter_code }: Row): string {
  const task =
    starter_code === ''
      ? 'Read the inputs from stdin solve the problem and write the answer to stdout (do not directly test on the sample inputs). Enclose your code within delimiters as follows.```python\n# YOUR CODE HERE\n```'
      : `You will use the following starter code to write the solution to the problem and enclose your code within delimiters.\`\`\`python\n${starter_code}\n\`\`\``;
  return `You will be given a question (problem specification) and will generate a correct Python program that matches the specification and passes all tests.\n\nQuestion: ${question_content}\n\n${task}\n\n`;
}

const metadataSchema = {
  type: 'object',
  properties: { func_name: { type: 'string', pattern: '^[A-Za-z_]\\w*$' } },
};

/** The function that is called; undefined where the program reads standard input. */
function functionOf({ metadata }: Row, what: string): string | undefined {
  const field = `${what}: metadata`;
  const code = 'benchmark/bad-row';
  try {
    return validate<{ func_name?: string }>(metadataSchema, parseJson(metadata, field), field, {
      code,
    }).func_name;
  } catch (cause) {
    if (!ThinkbitsError.isInstance(cause) || cause.code === code) throw cause;
    throw new ThinkbitsError({ code, message: cause.message, help: cause.help, cause });
  }
}

/** Public and private tests of a row, in this order, and what becomes of the threads of a program on standard input. */
async function testsOf(
  row: Row,
  what: string,
  threads: ProgramTests['threads'] = 'leave',
): Promise<ProgramTests> {
  const functionName = functionOf(row, what);
  const kind = functionName === undefined ? 'stdin' : 'functional';
  const { private_test_cases: place } = row;
  const hidden = typeof place === 'string' ? place : await readPlace(place);
  const cases = [
    ...decodeTests(row.public_test_cases, kind, `${what}: public_test_cases`),
    ...decodeTests(hidden, kind, `${what}: private_test_cases`),
  ];
  return { ...(functionName === undefined ? { threads } : { functionName }), cases };
}

/** Whether a contest lies in the window, and its problem is to be trusted where that is asked for. */
function isAsked(
  row: Row,
  { from = '', to = '9999', errata = 'keep' }: LivecodebenchOptions,
): boolean {
  const day = row.contest_date.slice(0, 10);
  return from <= day && day <= to && (errata === 'keep' || erratumOf(row) === undefined);
}

/** Rows of the files that were named, else of the data set on the hub. */
async function read({
  files,
  openDatasetFile,
  options = {},
}: LoadOptions): Promise<AsyncIterable<GivenRow>> {
  const { release } = options as LivecodebenchOptions;
  const names = filesOf(release ?? 'v4_v5');
  if (files) {
    const expanded = await expandFolders(files, names);
    const named =
      expanded.length === files.length && expanded.every((file, i) => file === files[i]);
    if (named && release !== undefined) {
      throw new ThinkbitsError({
        code: 'livecodebench/release-of-file',
        category: 'usage',
        message: `The release ${release} was asked for, and ${files.join(', ')} instead of its files.`,
        help: 'Name the folder of the release’s files, or leave the release out.',
      });
    }
    return readRows(expanded);
  }
  if (!openDatasetFile) {
    throw new ThinkbitsError({
      code: 'benchmark/no-data',
      message: 'The data of livecodebench does not come with it.',
      help: `Give \`files\` (test4.jsonl, …, or their folder), or \`openDatasetFile\` of @thinkbits/checkpoint/node, which fetches ${names.join(' and ')} of ${dataset}.`,
    });
  }
  const paths: string[] = [];
  for (const name of names) paths.push(await openDatasetFile(dataset, name));
  return readRows(paths);
}

/**
 * LiveCodeBench: programs for problems of contests after a model's training, judged by all public and private tests
 * (evaluation.md §1.8, §5). Options: {@link LivecodebenchOptions}. Beside what every benchmark throws, its `load` throws
 * `livecodebench/bad-pickle`, `livecodebench/no-file`, `livecodebench/release-of-file`, its `tests` also
 * `livecodebench/data-changed`.
 */
export const benchmark: Benchmark = defineBenchmark<Row, LivecodebenchOptions>({
  id: 'livecodebench',
  title: 'LiveCodeBench: programs for recent contest problems',
  licence:
    'The data set card says "cc"; statements © AtCoder, LeetCode, Codeforces. None of it is in this package.',
  rowSchema,
  optionsSchema: livecodebenchOptionsSchema,
  defaults: studyDefaults,
  readsFiles: true,
  read,
  keep: isAsked,
  async toProblem(row, _, { options: { threads = 'leave' }, origin, refuse }) {
    const { functionName, cases } = await testsOf(row, origin);
    if (cases.length === 0) refuse('it has no tests', 'Give at least one public or private test.');
    return {
      id: row.question_id,
      messages: [{ role: 'user', content: promptOf(row) }],
      answer: `passes ${cases.length} tests`,
      groups: {
        difficulty: row.difficulty,
        platform: row.platform,
        kind: functionName === undefined ? 'stdin' : 'functional',
        errata: erratumOf(row) ?? 'none',
      },
      scorer: 'code',
      ...(functionName === undefined && { extra: { threads } }),
    };
  },
  identify: ({ private_test_cases: tests, ...row }) => ({
    ...(row as unknown as JsonObject),
    private_test_cases: typeof tests === 'string' ? hashOf(tests) : tests.sha256,
  }),
  tests: ({ row, id, extra }) =>
    testsOf(row as unknown as Row, `problem ${id}`, extra?.threads as ProgramTests['threads']),
});
