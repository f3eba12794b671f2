import { Readable } from 'node:stream';
import type { Host } from '../host.js';
import { run } from '../run.js';

/** What a command line left behind. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in this process with captured output; for tests. */
export async function runInProcess(
  argv: readonly string[],
  settings: {
    readonly stdin?: string;
    readonly directory?: string;
    readonly environment?: Host['environment'];
    readonly signal?: AbortSignal;
    readonly terminal?: boolean;
    readonly onInterrupt?: Host['onInterrupt'];
  } = {},
): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  const isTTY = settings.terminal ?? false;
  const code = await run(argv, {
    stdin: Object.assign(Readable.from([settings.stdin ?? '']), { isTTY }),
    stdout: { isTTY, columns: 100, write: (text) => (stdout += text) },
    stderr: { isTTY, columns: 100, write: (text) => (stderr += text) },
    environment: settings.environment ?? {},
    directory: settings.directory ?? process.cwd(),
    signal: settings.signal ?? new AbortController().signal,
    ...(settings.onInterrupt && { onInterrupt: settings.onInterrupt }),
  });
  return { code, stdout, stderr };
}
