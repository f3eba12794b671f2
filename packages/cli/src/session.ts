import type { Run } from '@thinkbits/spec';
import type { Host } from './host.js';
import type { SharedOptions } from './options/shared-options.js';
import { followRun, type ProgressOptions } from './render/progress.js';

/** One verb at work: its options and the ways in which it may speak. */
export interface Session {
  readonly host: Host;
  readonly options: SharedOptions;
  readonly progress: ProgressOptions;
  /** The result on stdout: `json` with --json, else `text`. */
  result(json: unknown, text: string): void;
  /** A line on stderr unless --quiet. */
  note(message: string): void;
  /** Shows progress on stderr and gives the result. */
  follow<Result>(run: Run<Result>, label: string): Promise<Result>;
}

/** Opens the session of a verb. */
export function openSession(host: Host, options: SharedOptions): Session {
  const verbosity = options.quiet ? 'quiet' : options.verbose ? 'verbose' : 'normal';
  const progress: ProgressOptions = { output: host.stderr, verbosity };
  return {
    host,
    options,
    progress,
    result: (json, text) =>
      void host.stdout.write(options.json ? `${JSON.stringify(json, null, 2)}\n` : text),
    note: (message) => {
      if (!options.quiet) host.stderr.write(`${message}\n`);
    },
    follow: (run, label) => followRun(run, label, progress),
  };
}
