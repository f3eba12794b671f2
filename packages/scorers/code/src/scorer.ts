import { availableParallelism } from 'node:os';
import {
  type Answer,
  type JsonObject,
  type ProgramTests,
  type Scorer,
  ThinkbitsError,
} from '@thinkbits/spec';
import { validate } from '@thinkbits/validation';
import packageJson from '../package.json' with { type: 'json' };
import { extractProgram } from './extract/extract-program.js';
import { judgeProgram } from './judge/judge-program.js';
import { limitConcurrency } from './limit-concurrency.js';
import { type CodeScorerOptions, optionsSchema } from './options.js';
import { requireSandbox } from './sandbox/find-sandbox.js';
import { findPython, type Interpreter, thisNode } from './sandbox/interpreter.js';
import type { Limits } from './sandbox/limits.js';
import { runProgram } from './sandbox/run-program.js';

const mebibyte = 2 ** 20;

function limitsOf(options: CodeScorerOptions): Limits {
  const { seconds = 6, wallSeconds = 4 * seconds } = options;
  const { memory = 2048, disk = 64, output = 32, processes = 32, openFiles = 64 } = options;
  return {
    seconds,
    wallSeconds,
    memory: memory * mebibyte,
    disk: disk * mebibyte,
    output: output * mebibyte,
    processes,
    openFiles,
  };
}

/** The first success of `find`, asked for once; a failure is asked for again. */
function once<T>(find: () => Promise<T>): () => Promise<T> {
  let found: Promise<T> | undefined;
  return () => {
    found ??= find().catch((error) => {
      found = undefined;
      throw error;
    });
    return found;
  };
}

/** What is called is put into a program's text or looked up by name: nothing but a name will do. */
const identifier = /^[A-Za-z_]\w*$/;

function testsOf({ tests }: Answer): ProgramTests {
  if (tests?.functionName !== undefined && !identifier.test(tests.functionName)) {
    throw new ThinkbitsError({
      code: 'scorer-code/bad-test',
      message: `${JSON.stringify(tests.functionName)} is not the name of a function.`,
      help: 'Give `functionName` as it stands in the program.',
    });
  }
  const { threads, functionName, language = 'python' } = tests ?? {};
  if (threads === 'leave' && (functionName !== undefined || language !== 'python')) {
    throw new ThinkbitsError({
      code: 'scorer-code/bad-test',
      message: 'Threads can be left by Python programs that read standard input, and by no others.',
      help: 'Leave `threads` out.',
    });
  }
  if (tests && tests.cases.length > 0) return tests;
  throw new ThinkbitsError({
    code: 'scorer-code/no-tests',
    message: 'There are no tests to run the program with.',
    help: 'Give `tests`: { cases: [{ input, output }] }, with `functionName` where a function is called.',
  });
}

/**
 * Judges programs by running them in a sandbox: the program of an answer passes when it passes every test; the first that fails
 * ends it (evaluation.md §5). Verdicts carry what became of each test that was run, and the options that were given, as their
 * `details`.
 * @throws ThinkbitsError `scorer-code/options`; its `prepare` and `score` throw `scorer-code/no-sandbox`,
 *   `scorer-code/no-python`, `scorer-code/not-started`, `scorer-code/unbounded-processes`, `scorer-code/no-tests`,
 *   `scorer-code/bad-test`, `run/aborted`
 */
export function createCodeScorer(options: CodeScorerOptions = {}): Scorer {
  validate(optionsSchema, options, 'the options of scorer-code', {
    code: 'scorer-code/options',
  });
  const { extraction = 'last-program', unsandboxed = false, subprocesses = false } = options;
  const limits = limitsOf(options);
  const atATime = limitConcurrency(options.parallel ?? availableParallelism());
  const sandbox = once(async () => (unsandboxed ? undefined : requireSandbox()));
  const python = once(() => findPython(options.python));
  const interpreters: { readonly [language: string]: () => Promise<Interpreter> } = {
    python,
    javascript: async () => thisNode(),
  };
  const given = Object.keys(options).length > 0 && { options: { ...options } as JsonObject };
  const details = (tests: readonly string[]): JsonObject => ({ tests, ...given });
  return {
    specificationVersion: 'v1',
    kind: 'scorer',
    id: 'code',
    version: packageJson.version,
    ...given,
    needs: 'tests',
    optionsSchema,
    withOptions: (others) => createCodeScorer(others as CodeScorerOptions),
    async prepare() {
      await sandbox();
      await python();
    },
    async score(answer, { signal } = {}) {
      const tests = testsOf(answer);
      const { language = 'python', functionName, threads = 'await' } = tests;
      const { code, how } = extractProgram(answer.prediction, language, extraction);
      if (code === undefined) {
        const reason = `No program: ${how}.`;
        return {
          correct: false,
          outcome: 'undecided',
          extracted: null,
          reason,
          details: details([]),
        };
      }
      const own = await sandbox();
      const interpreter = await (interpreters[language] as () => Promise<Interpreter>)();
      const setting = { language, interpreter, functionName, threads, code, limits, subprocesses };
      const { outcomes, reason } = await atATime(() =>
        judgeProgram(tests, ({ input }) => runProgram({ ...setting, input, sandbox: own, signal })),
      );
      const correct = outcomes.every((outcome) => outcome === 'passed');
      return {
        correct,
        outcome: correct ? 'equal' : 'different',
        extracted: code,
        reason: `${reason} (${how})`,
        details: details(outcomes),
      };
    },
  };
}

/** The scorer with its default options, see {@link createCodeScorer}. */
export const scorer: Scorer = createCodeScorer();
