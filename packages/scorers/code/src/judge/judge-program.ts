import type { ProgramCase, ProgramTests } from '@thinkbits/spec';
import { ThinkbitsError } from '@thinkbits/spec';
import type { ProgramEnd } from '../sandbox/run-program.js';
import { compareOutput } from './compare-output.js';
import { equalResult } from './python-equal.js';
import { type PythonValue, parsePythonValue } from './python-value.js';

/**
 * What became of one test. LiveCodeBench's codes (evaluation.md §5.4): -2 wrong-answer and output-limit, -3 time-limit, -4
 * run-time-error and compile-error; -1 and -5 are faults of the judge, which are errors here, not verdicts.
 */
export type TestOutcome =
  | 'passed'
  | 'wrong-answer'
  | 'time-limit'
  | 'output-limit'
  | 'run-time-error'
  | 'compile-error';

/** The outcome of one test and why. */
export interface TestVerdict {
  readonly outcome: TestOutcome;
  readonly reason: string;
}

/** The outcome of every test that was run. */
export interface ProgramVerdict {
  readonly outcomes: readonly TestOutcome[];
  /** Of the last test that was run. */
  readonly reason: string;
}

/** 128 + SIGXCPU, 128 + SIGKILL. */
const [outOfTime, killed] = [152, 137];

/** The last line that a failed program said, which names the exception. */
function lastWords({ code, stderr }: ProgramEnd): string {
  const lines = stderr.toString('utf8').trim().split('\n');
  const words = lines.findLast((line) => /^\w*(Error|Exception|Interrupt|Exit)\b/.test(line));
  const last = words ?? lines.at(-1);
  return last ? last.slice(0, 200) : `it ended with code ${code}`;
}

function expectedValue({ output }: ProgramCase): PythonValue {
  try {
    return parsePythonValue(output);
  } catch (cause) {
    throw new ThinkbitsError({
      code: 'scorer-code/bad-test',
      message: `The expected result ${JSON.stringify(output.slice(0, 100))} is not JSON: ${(cause as Error).message}`,
      help: 'A function is tested by JSON: what it has to return, and one argument a line.',
      cause,
    });
  }
}

function judgeResult(returned: string | undefined, test: ProgramCase): TestVerdict {
  const expected = expectedValue(test);
  if (returned === undefined) {
    return { outcome: 'run-time-error', reason: 'nothing was returned' };
  }
  const cut = (text: string) => (text.length > 80 ? `${text.slice(0, 80)}…` : text);
  const wrong = {
    outcome: 'wrong-answer' as const,
    reason: `returned ${cut(returned)}, and ${cut(test.output.trim())} was expected`,
  };
  try {
    const equal = equalResult(parsePythonValue(returned), expected);
    return equal ? { outcome: 'passed', reason: 'passed' } : wrong;
  } catch (error) {
    // What a function returned may be nested deeper than anything that is expected.
    if (error instanceof SyntaxError) return wrong;
    throw error;
  }
}

/** What one run of a program says about one test. */
export function judgeRun(end: ProgramEnd, test: ProgramCase, isFunction: boolean): TestVerdict {
  if (!end.compiled) return { outcome: 'compile-error', reason: lastWords(end) };
  if (end.ended === 'output') return { outcome: 'output-limit', reason: 'it printed too much' };
  if (end.ended === 'wall-clock' || end.code === outOfTime) {
    return { outcome: 'time-limit', reason: `its time ran out (${end.seconds.toFixed(1)} s)` };
  }
  if (end.code !== 0) {
    const reason = end.code === killed ? 'it was killed at a limit' : lastWords(end);
    return { outcome: 'run-time-error', reason };
  }
  if (isFunction) return judgeResult(end.returned, test);
  const difference = compareOutput(end.stdout.toString('utf8'), test.output);
  return difference === undefined
    ? { outcome: 'passed', reason: 'passed' }
    : { outcome: 'wrong-answer', reason: difference };
}

/** Runs test after test, each in a process of its own, and stops at the first that fails. */
export async function judgeProgram(
  tests: ProgramTests,
  run: (test: ProgramCase) => Promise<ProgramEnd>,
): Promise<ProgramVerdict> {
  const outcomes: TestOutcome[] = [];
  const total = tests.cases.length;
  for (const test of tests.cases) {
    const { outcome, reason } = judgeRun(await run(test), test, tests.functionName !== undefined);
    outcomes.push(outcome);
    if (outcome !== 'passed') {
      return { outcomes, reason: `Test ${outcomes.length} of ${total}: ${outcome}, ${reason}.` };
    }
  }
  return { outcomes, reason: `Passed all ${total} tests.` };
}
