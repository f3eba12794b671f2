/** What one run of a program may use. */
export interface Limits {
  /** Seconds of processor time; a busy machine makes nobody fail. */
  readonly seconds: number;
  /** Seconds on the clock, after which the whole tree is killed. */
  readonly wallSeconds: number;
  /** Bytes of address space of a process. */
  readonly memory: number;
  /** Processes and threads at a time. */
  readonly processes: number;
  /** Bytes of the work folder, and of each file in it. */
  readonly disk: number;
  /** Files open at a time. */
  readonly openFiles: number;
  /** Bytes that are read of what it prints; more kills it. */
  readonly output: number;
}

/** A node process reserves this much address space before it runs anything. */
const nodeReserve = 2 ** 31;

/** The arguments of util-linux' `prlimit` that hold a process and all that it starts to the limits. */
export function limitArguments(limits: Limits, language: 'python' | 'javascript'): string[] {
  const memory = limits.memory + (language === 'javascript' ? nodeReserve : 0);
  const seconds = Math.ceil(limits.seconds);
  return [
    `--as=${memory}`,
    // The soft limit sends SIGXCPU, which says what happened; a program that catches it is killed a second later.
    `--cpu=${seconds}:${seconds + 1}`,
    `--nproc=${limits.processes}`,
    `--fsize=${limits.disk}`,
    `--nofile=${limits.openFiles}`,
    '--core=0',
  ];
}
