import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ThinkbitsError } from '@thinkbits/spec';
import { bubblewrapArguments, places, streams } from './bubblewrap-arguments.js';
import type { Sandbox } from './find-sandbox.js';
import { type Interpreter, isOpenToAll } from './interpreter.js';
import { javascriptHarness } from './javascript-harness.js';
import { type Limits, limitArguments } from './limits.js';
import { pythonHarness } from './python-harness.js';
import { type FinishedProcess, runProcess } from './run-process.js';
import { systemCallFilter } from './system-call-filter.js';

/** A program, what it reads, and how it is run. */
export interface ProgramRun {
  readonly language: 'python' | 'javascript';
  readonly interpreter: Interpreter;
  readonly code: string;
  /** Called where given; else the program reads `input` from standard input. */
  readonly functionName?: string | undefined;
  /** See `ProgramTests`. */
  readonly threads: 'await' | 'leave';
  readonly input: string;
  readonly limits: Limits;
  /** Whether the program may start other programs; without a filter of system calls it may. */
  readonly subprocesses: boolean;
  /** Absent: it is run with all that the user may do. */
  readonly sandbox: Sandbox | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How a program ended. */
export interface ProgramEnd extends FinishedProcess {
  /** False where its text is none of the language. */
  readonly compiled: boolean;
  /** What the function returned, as `parsePythonValue` reads it. */
  readonly returned: string | undefined;
}

function interpreterCommand(run: ProgramRun, file: string): string[] {
  const { path } = run.interpreter;
  const last = [file, run.functionName ?? ''];
  if (run.language === 'python')
    return [path, '-I', '-B', '-X', 'utf8', '-c', pythonHarness, ...last, run.threads];
  const heap = `--max-old-space-size=${Math.ceil(run.limits.memory / 2 ** 20)}`;
  return [path, heap, '--stack-size=4000', '-e', javascriptHarness, ...last];
}

/** A shell opens the input as a file, so that it is one whichever way a program reads it; then the limits are set. */
const withLimits = (run: ProgramRun, file: string, input: string) => [
  '/bin/sh',
  '-c',
  `exec "$@" <${input}`,
  'sh',
  'prlimit',
  ...limitArguments(run.limits, run.language),
  '--',
  ...interpreterCommand(run, file),
];

/**
 * The user of a sandbox: nobody, where this process is root's, unless the interpreter is in root's home.
 * @throws ThinkbitsError `scorer-code/unbounded-processes`
 */
function userOf({ interpreter, subprocesses }: ProgramRun, { user }: Sandbox): number | undefined {
  if (user !== undefined && isOpenToAll(interpreter)) return user;
  if (process.getuid?.() !== 0 || !subprocesses) return undefined;
  throw new ThinkbitsError({
    code: 'scorer-code/unbounded-processes',
    category: 'machine',
    message: `Nothing bounds the number of processes of root, and ${interpreter.path} is root's alone.`,
    help: 'Use another user or the system’s Python, or leave `subprocesses` out.',
  });
}

function inSandbox(run: ProgramRun, sandbox: Sandbox): Promise<FinishedProcess> {
  const filter = systemCallFilter(run.subprocesses);
  const args = bubblewrapArguments(run.interpreter, run.limits, filter !== undefined);
  return runProcess({
    command: 'bwrap',
    args: [...args, '--', ...withLimits(run, places.program, places.input)],
    inputs: {
      [streams.program]: Buffer.from(run.code),
      [streams.input]: Buffer.from(run.input),
      [streams.filter]: filter,
    },
    directory: '/',
    user: userOf(run, sandbox),
    ...boundsOf(run),
  });
}

/** The limits hold here too; nothing else does. */
async function withoutSandbox(run: ProgramRun): Promise<FinishedProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'thinkbits-program-'));
  try {
    const program = join(directory, 'program');
    await writeFile(program, run.code);
    await writeFile(join(directory, 'input'), run.input);
    const [command = '', ...args] = withLimits(run, program, 'input');
    const environment = { PATH: '/usr/bin:/bin', HOME: directory, LANG: 'C.UTF-8' };
    return await runProcess({
      command,
      args,
      directory,
      environment,
      inputs: {},
      ...boundsOf(run),
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const boundsOf = ({ limits, signal }: ProgramRun) => ({
  channel: streams.channel,
  wallSeconds: limits.wallSeconds,
  output: limits.output,
  signal,
});

/**
 * Runs a program once. However it ends is a result, not an error; that it never began is one.
 * @throws ThinkbitsError `scorer-code/not-started`, `scorer-code/unbounded-processes`, `run/aborted`
 */
export async function runProgram(run: ProgramRun): Promise<ProgramEnd> {
  const finished = await (run.sandbox ? inSandbox(run, run.sandbox) : withoutSandbox(run));
  const [first, ...said] = finished.channel.toString('utf8').split('\n');
  if (first !== 'ready') {
    const why = finished.stderr.toString('utf8').trim().split('\n').at(-1);
    throw new ThinkbitsError({
      code: 'scorer-code/not-started',
      category: 'machine',
      message: `${run.interpreter.version} did not get as far as the program: ${why || `ended by ${finished.ended} ${finished.code}`}.`,
      help: 'Give more memory or wall time, or see `thinkbits doctor`.',
    });
  }
  const rest = said.join('\n');
  return {
    ...finished,
    compiled: !rest.startsWith('not a program'),
    returned: rest.startsWith('=') ? rest.slice(1) : undefined,
  };
}
