import { spawn } from 'node:child_process';

/** How a program ended. */
export interface ProgramResult {
  /** Exit code; null where a signal ended it. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a program is started with. */
export interface ProgramOptions {
  readonly directory?: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

/** Starts a program and waits; undefined where there is no such program. */
export type RunProgram = (
  command: string,
  options: readonly string[],
  settings?: ProgramOptions,
) => Promise<ProgramResult | undefined>;

/** {@link RunProgram} by `spawn`, without a shell. */
export const runProgram: RunProgram = (command, options, { directory, environment, signal } = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, options, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(directory && { cwd: directory }),
      ...(environment && { env: environment }),
      ...(signal && { signal }),
    });
    const texts = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        texts[name] += text;
      });
    }
    child.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' ? resolve(undefined) : reject(error),
    );
    child.on('close', (status, ended) => resolve({ status, signal: ended, ...texts }));
  });
