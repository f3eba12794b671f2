import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';

/** What tells a process from every other one, later ones of the same number included. */
export interface ProcessIdentity {
  readonly host: string;
  /** Of the running system: changes when the host restarts; `unknown` where the platform does not say. */
  readonly boot: string;
  readonly pid: number;
  /** Clock ticks from the host's start to the process's; `unknown` where the platform does not say. */
  readonly start: string;
}

const unknown = 'unknown';

/** State and start time from /proc, which Linux alone has; undefined where there is nothing to read. */
async function readProc(pid: number): Promise<{ state: string; start: string } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The second field is the program's name in parentheses and may hold anything; fields 3 and 22 count from
  // after it.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields && { state: fields[0] as string, start: fields[19] as string };
}

/** The identity of the process that runs this. */
export async function currentProcess(): Promise<ProcessIdentity> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => unknown);
  return {
    host: hostname().replace(/[^\w.-]/g, '_') || unknown,
    boot: boot.trim().slice(0, 8),
    pid: process.pid,
    start: (await readProc(process.pid))?.start ?? unknown,
  };
}

/**
 * Whether a process of this host lives.
 * @param start its start time where known: a later process of the same number is another one
 */
export async function isProcessAlive(pid: number, start: string = unknown): Promise<boolean> {
  try {
    process.kill(pid, 0); // sends nothing
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const found = await readProc(pid);
  if (!found) return true;
  if (found.state === 'Z' || found.state === 'X') return false; // dead, and nobody asked for its exit code yet
  return start === unknown || found.start === start;
}
