import type { Interpreter } from './interpreter.js';
import type { Limits } from './limits.js';

/** Streams that bubblewrap reads while it builds the sandbox, by the number that the child has them under. */
export const streams = { channel: 3, program: 4, input: 5, filter: 6 };

/** Where the program and its input lie. */
export const places = { program: '/program', input: '/dev/stdin', work: '/work' };

/**
 * The arguments of bubblewrap (0.8 or newer) for one run: own user, process, network, IPC, host-name and control-group
 * namespaces; of the host's files the system's libraries and the interpreter alone, read-only; a work folder in memory; no
 * `/proc`, no home, no `/etc`, no capabilities, and no way to make further namespaces. The tree dies with this process.
 */
export function bubblewrapArguments(
  interpreter: Interpreter,
  limits: Pick<Limits, 'disk'>,
  filtered: boolean,
): string[] {
  return [
    ['--unshare-user', '--unshare-pid', '--unshare-net', '--unshare-ipc', '--unshare-uts'],
    ['--unshare-cgroup-try', '--disable-userns', '--uid', '65534', '--gid', '65534'],
    ['--cap-drop', 'ALL', '--hostname', 'sandbox', '--new-session', '--die-with-parent'],
    ['--clearenv', '--setenv', 'PATH', '/usr/bin:/bin', '--setenv', 'HOME', places.work],
    ['--setenv', 'TMPDIR', places.work, '--setenv', 'LANG', 'C.UTF-8'],
    ...['/usr', '/bin', '/lib', '/lib32', '/lib64', '/nix/store'].map(readOnly),
    ...['/etc/ld.so.cache', '/etc/alternatives'].map(readOnly),
    ...interpreter.folders.map(readOnly),
    ...['null', 'zero', 'random', 'urandom'].map((name) => device(`/dev/${name}`)),
    ['--file', `${streams.program}`, places.program, '--file', `${streams.input}`, places.input],
    ['--size', `${limits.disk}`, '--tmpfs', places.work, '--chdir', places.work],
    // The root is in memory too, without a bound of its own: nothing more is written to it.
    ['--remount-ro', '/'],
    filtered ? ['--seccomp', `${streams.filter}`] : [],
  ].flat();
}

const readOnly = (path: string) => ['--ro-bind-try', path, path];
const device = (path: string) => ['--dev-bind', path, path];
