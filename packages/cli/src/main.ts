import { ThinkbitsError } from '@thinkbits/spec';
import type { Host } from './host.js';
import { run } from './run.js';

const controller = new AbortController();
const listeners: (() => void)[] = [];

function interrupt(): void {
  const listener = listeners.at(-1);
  if (listener) {
    listener();
    return;
  }
  if (controller.signal.aborted) process.exit(130); // asked twice: leave at once
  controller.abort(
    new ThinkbitsError({
      code: 'run/interrupted',
      category: 'interrupted',
      message: 'Interrupted.',
      help: 'Run the same command again: finished work is kept.',
    }),
  );
}
process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);

// Whoever reads the output may leave early (`thinkbits recipe … | head -1`); that is no failure of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

const host: Host = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  directory: process.cwd(),
  signal: controller.signal,
  onInterrupt(listener) {
    listeners.push(listener);
    return () => void listeners.splice(listeners.indexOf(listener), 1);
  },
};

const flush = (stream: NodeJS.WriteStream) =>
  new Promise<void>((resolve) => stream.write('', () => resolve()));

const code = await run(process.argv.slice(2), host);
await Promise.all([flush(process.stdout), flush(process.stderr)]);
// Pools of workers and native backends may keep handles open; everything is written by now.
process.exit(code);
