import type { Readable, Writable } from 'node:stream';

/** A stream for people to look at. */
export interface TextOutput {
  write(text: string): unknown;
  /** True on a terminal. */
  readonly isTTY?: boolean | undefined;
  /** Width of the terminal in characters. */
  readonly columns?: number | undefined;
}

/** Everything a command touches outside itself, so that tests and examples can run one in-process. */
export interface Host {
  readonly stdin: Readable & { readonly isTTY?: boolean | undefined };
  /** Results only. */
  readonly stdout: TextOutput;
  /** Progress, warnings, errors. */
  readonly stderr: TextOutput;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What relative paths start from. */
  readonly directory: string;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Takes Ctrl-C over for as long as a verb wants it to mean something else; returns the way back. */
  onInterrupt?(listener: () => void): () => void;
}

/** A writable that takes text: what {@link Host.stdout} is in a process. */
export type HostStream = Writable & TextOutput;
