import { platform } from 'node:os';
import { ThinkbitsError } from '@thinkbits/spec';
import { bubblewrapArguments, streams } from './bubblewrap-arguments.js';
import { locateCommand } from './interpreter.js';
import { runProcess } from './run-process.js';
import { systemCallFilter } from './system-call-filter.js';

/** Whether model-written programs can be run here, and in what. */
export interface SandboxReport {
  readonly name: 'bubblewrap';
  readonly available: boolean;
  /** Its version and walls, or what is in the way. */
  readonly why: string;
  /** What to do, where something is in the way. */
  readonly install?: string;
}

const name = 'bubblewrap';
const install = 'sudo apt-get install bubblewrap (Fedora: sudo dnf install bubblewrap)';

/** The hosts that forbid namespaces, by what bubblewrap then says. */
const remedies: readonly (readonly [said: RegExp, remedy: string])[] = [
  [
    /unknown option/i,
    'install bubblewrap 0.8 or newer: older versions cannot bound the work folder',
  ],
  [
    /setting up uid map|loopback|permission denied/i,
    'Ubuntu 23.10 and newer: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0',
  ],
  [
    /namespace|operation not permitted/i,
    'in a container: allow user namespaces, for example docker run --security-opt seccomp=unconfined; on a host: sudo sysctl kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000',
  ],
];

/** A sandbox that can be made here. */
export interface Sandbox {
  /** The user it is made as; this process' own where absent. */
  readonly user?: number;
}

/** Nobody: the kernel counts the processes of every user but root, so that root hands the work on. */
const nobody = 65534;

/**
 * Makes a sandbox exactly as for a program, and runs nothing in it: a namespace may be forbidden where bubblewrap is installed.
 * @returns what bubblewrap complained of, where it did
 */
async function trySandbox(bwrap: string, user: number | undefined): Promise<string | undefined> {
  const filter = systemCallFilter(false);
  const shell = { path: '/bin/sh', version: '', folders: [] };
  const args = bubblewrapArguments(shell, { disk: 1 << 20 }, filter !== undefined);
  const { code, stderr } = await runProcess({
    command: bwrap,
    args: [...args, '--', 'prlimit', '--nproc=8', '/bin/sh', '-c', ':'],
    inputs: {
      [streams.program]: new Uint8Array(),
      [streams.input]: new Uint8Array(),
      [streams.filter]: filter,
    },
    ...bounds,
    directory: '/',
    user,
  });
  if (code === 0) return undefined;
  return stderr.toString().trim().split('\n')[0] || `it ended with ${code}`;
}

const bounds = { channel: streams.channel, wallSeconds: 10, output: 1 << 16 };

/** A sandbox and what doctor says of it, or why there is none. */
async function find(path?: string): Promise<{ sandbox?: Sandbox; report: SandboxReport }> {
  const missing = (why: string, remedy?: string): { report: SandboxReport } => ({
    report: { name, available: false, why, ...(remedy !== undefined && { install: remedy }) },
  });
  if (platform() !== 'linux') return missing('it needs Linux');
  const bwrap = locateCommand('bwrap', path);
  if (!bwrap) return missing('bwrap is not installed', install);
  if (!locateCommand('prlimit', path)) {
    return missing('prlimit is not installed', 'sudo apt-get install util-linux');
  }
  const told = await runProcess({ command: bwrap, args: ['--version'], inputs: {}, ...bounds });
  const version = told.stdout.toString().trim();
  const isRoot = process.getuid?.() === 0;
  let said = '';
  for (const user of isRoot ? [nobody, undefined] : [undefined]) {
    const complaint = await trySandbox(bwrap, user);
    if (complaint === undefined) {
      const filter = systemCallFilter(false) !== undefined;
      const walls = `${filter ? 'filtered system calls' : 'no filter of system calls for this processor'}${isRoot ? `, as ${user === undefined ? 'root' : 'nobody'}` : ''}`;
      const report: SandboxReport = { name, available: true, why: `${version}, ${walls}` };
      return { sandbox: user === undefined ? {} : { user }, report };
    }
    said = complaint;
  }
  const remedy = remedies.find(([pattern]) => pattern.test(said))?.[1];
  return missing(`${version} cannot make a sandbox here: ${said}`, remedy);
}

/**
 * Says whether what a model wrote can be run here, by trying it.
 * @param path where `bwrap` and `prlimit` are looked for; PATH where absent
 */
export async function describeSandbox(path?: string): Promise<SandboxReport> {
  return (await find(path)).report;
}

/**
 * Finds out how a sandbox is made here.
 * @throws ThinkbitsError `scorer-code/no-sandbox`
 */
export async function requireSandbox(path?: string): Promise<Sandbox> {
  const { sandbox, report } = await find(path);
  if (sandbox) return sandbox;
  throw new ThinkbitsError({
    code: 'scorer-code/no-sandbox',
    category: 'machine',
    message: `What a model wrote is only run in a sandbox, and there is none: ${report.why}.`,
    help: `${report.install ? `To get one: ${report.install}. ` : ''}To run it without, with all that you may do yourself, say so: --unsandboxed, or the option { unsandboxed: true }.`,
    details: { why: report.why },
  });
}
