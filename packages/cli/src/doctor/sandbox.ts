import { execFile } from 'node:child_process';
import { platform } from 'node:os';
import { promisify } from 'node:util';

/** Whether model-written code could be run here. */
export interface Sandbox {
  readonly name: 'bubblewrap';
  readonly available: boolean;
  readonly why: string;
  readonly install?: string;
}

const run = promisify(execFile);

/** Looks for bubblewrap and tries it: a namespace may be forbidden where the program is there. */
export async function describeSandbox(): Promise<Sandbox> {
  const name = 'bubblewrap';
  if (platform() !== 'linux') return { name, available: false, why: 'it needs Linux' };
  try {
    const { stdout } = await run('bwrap', ['--version'], { timeout: 5000 });
    const version = stdout.trim();
    try {
      await run('bwrap', ['--ro-bind', '/', '/', '--unshare-all', 'true'], { timeout: 5000 });
      return { name, available: true, why: version };
    } catch {
      return { name, available: false, why: `${version} may not make namespaces here` };
    }
  } catch {
    const install = 'sudo apt-get install bubblewrap';
    return { name, available: false, why: 'bwrap is not installed', install };
  }
}
