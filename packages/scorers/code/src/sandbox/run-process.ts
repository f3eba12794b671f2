import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { throwIfAborted } from '@thinkbits/spec';

/** A process to run, and what bounds it from outside. */
export interface ProcessToRun {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: { readonly [name: string]: string };
  readonly directory?: string;
  /** The user and group it runs as; this process' own where absent. */
  readonly user?: number | undefined;
  /** What it reads, by stream number. */
  readonly inputs: { readonly [stream: number]: Uint8Array | undefined };
  /** The streams that are read besides output and errors. */
  readonly channel: number;
  readonly wallSeconds: number;
  /** Bytes that are kept of each stream; one more ends the process. */
  readonly output: number;
  readonly signal?: AbortSignal | undefined;
}

/** How a process ended, and what it said until then. */
export interface FinishedProcess {
  readonly ended: 'exit' | 'wall-clock' | 'output';
  /** The exit code; 128 + the signal's number where a signal ended it. */
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly channel: Buffer;
  readonly seconds: number;
}

const signalNumbers: { readonly [name: string]: number } = { SIGKILL: 9, SIGSEGV: 11, SIGXCPU: 24 };

/** Kills a process and its group; what left the group dies with the process namespace of the sandbox. */
function killTree(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

/** Keeps what a stream says, up to a bound. */
function collect(stream: Readable, bound: number, overflow: () => void): { bytes(): Buffer } {
  const chunks: Buffer[] = [];
  let kept = 0;
  stream.on('data', (chunk: Buffer) => {
    if (kept + chunk.length > bound) {
      overflow();
      stream.destroy();
    } else {
      chunks.push(chunk);
      kept += chunk.length;
    }
  });
  stream.on('error', () => {});
  return { bytes: () => Buffer.concat(chunks) };
}

/**
 * Runs a process to its end, or kills it and all its group: when the clock runs out, when it says too much, when `signal` is
 * aborted.
 * @throws ThinkbitsError `run/aborted`; an error of the system where it cannot be started
 */
export async function runProcess(what: ProcessToRun): Promise<FinishedProcess> {
  throwIfAborted(what.signal);
  const started = performance.now();
  const inputs = Object.entries(what.inputs).filter(([, bytes]) => bytes !== undefined);
  const count = Math.max(2, what.channel, ...inputs.map(([stream]) => Number(stream)));
  const child = spawn(what.command, what.args, {
    stdio: ['ignore', ...Array<'pipe'>(count).fill('pipe')],
    detached: true, // a group of its own, to be killed as one
    ...(what.directory !== undefined && { cwd: what.directory }),
    ...(what.user !== undefined && { uid: what.user, gid: what.user }),
    ...(what.environment && { env: what.environment }),
  });
  let ended: FinishedProcess['ended'] = 'exit';
  const end = (why: FinishedProcess['ended']) => {
    if (ended === 'exit') ended = why;
    killTree(child);
  };
  const onAbort = () => killTree(child);
  what.signal?.addEventListener('abort', onAbort);
  const clock = setTimeout(() => end('wall-clock'), what.wallSeconds * 1000);
  const read = (stream: number) =>
    collect(child.stdio[stream] as Readable, what.output, () => end('output'));
  const [stdout, stderr, channel] = [read(1), read(2), read(what.channel)];
  for (const [stream, bytes] of inputs) {
    const pipe = child.stdio[Number(stream)] as Writable;
    pipe.on('error', () => {}); // it ended before it had read all
    pipe.end(bytes);
  }
  try {
    const code = await exitOf(child);
    throwIfAborted(what.signal);
    const seconds = (performance.now() - started) / 1000;
    const said = { stdout: stdout.bytes(), stderr: stderr.bytes(), channel: channel.bytes() };
    return { ended, code, ...said, seconds };
  } finally {
    clearTimeout(clock);
    what.signal?.removeEventListener('abort', onAbort);
    killTree(child);
    for (const stream of child.stdio) stream?.destroy();
  }
}

/** Milliseconds in which what was said last arrives; something that outlived the process may hold its streams open. */
const afterExit = 1000;

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    const codeOf = (code: number | null, signal: string | null) =>
      code ?? 128 + (signalNumbers[signal ?? ''] ?? 0);
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(codeOf(code, signal)));
    child.once('exit', (code, signal) => {
      setTimeout(() => resolve(codeOf(code, signal)), afterExit).unref();
    });
  });
}
