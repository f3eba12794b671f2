import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ThinkbitsError } from '@thinkbits/spec';
import { toDiskError } from './disk-error.js';
import { makeFolder } from './make-folder.js';
import { removePartialFiles } from './partial-file.js';
import { currentProcess, isProcessAlive, type ProcessIdentity } from './process-identity.js';

/** A directory that this process alone may write to. */
export interface DirectoryLock extends AsyncDisposable {
  readonly directory: string;
  /**
   * Frees the directory; harmless when it is gone. Call it before renaming the directory, or the lock file
   * travels along.
   */
  release(): Promise<void>;
}

const namePattern = /^\.lock-(?<host>[\w.-]+?)-(?<boot>\w+)-(?<pid>\d+)-(?<start>\w+)$/;
const nameOf = ({ host, boot, pid, start }: ProcessIdentity) =>
  `.lock-${host}-${boot}-${pid}-${start}`;

/** Two processes that claim at the same moment both step back; they try again at different times. */
const attempts = 4;
const longestPause = 40; // milliseconds

async function isHeld(owner: ProcessIdentity, own: ProcessIdentity): Promise<boolean> {
  if (owner.host !== own.host) return true; // nothing can be known of a process elsewhere
  if (owner.boot !== own.boot) return false; // the host restarted since
  return isProcessAlive(owner.pid, owner.start);
}

/** The owner of another lock that is held; locks of dead processes are removed on the way. */
async function findOther(
  directory: string,
  own: ProcessIdentity,
): Promise<ProcessIdentity | undefined> {
  for (const name of await readdir(directory)) {
    const parts = namePattern.exec(name)?.groups;
    if (!parts || name === nameOf(own)) continue;
    const owner = { ...(parts as unknown as ProcessIdentity), pid: Number(parts.pid) };
    if (await isHeld(owner, own)) return owner;
    // Its name is the dead process's alone, so nobody else's lock can be hit.
    await rm(join(directory, name), { force: true });
  }
  return undefined;
}

function inUse(directory: string, { host, pid, start, boot }: ProcessIdentity, elsewhere: boolean) {
  const file = join(directory, nameOf({ host, boot, pid, start }));
  return new ThinkbitsError({
    code: 'directory/in-use',
    message: `${directory} is in use by process ${pid}${elsewhere ? ` on host ${host}` : ''}.`,
    help: elsewhere
      ? `Wait for it, or choose another directory. If it no longer runs, delete ${file}.`
      : 'Wait for it, stop it, or choose another directory.',
    details: { directory, pid, host },
  });
}

/**
 * Claims a directory for this process; it is created when missing. A lock whose process has died, by
 * whatever signal, does not count, and what its process left half-written in the directory is removed.
 *
 * Each claimant first creates a file of a name that no other process can have, then looks for others: of
 * two claims at least one sees the other, so two can never both succeed.
 * @throws ThinkbitsError `directory/in-use`, `disk/…`
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const own = await currentProcess();
  const path = join(directory, nameOf(own));
  const withdraw = () => rm(path, { force: true });
  try {
    await makeFolder(directory);
    for (let attempt = 1; ; attempt++) {
      try {
        await writeFile(path, '', { flag: 'wx' });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw inUse(directory, own, false);
        throw error;
      }
      const other = await findOther(directory, own).catch(async (error: unknown) => {
        await withdraw();
        throw error;
      });
      if (!other) break;
      await withdraw();
      if (attempt === attempts) throw inUse(directory, other, other.host !== own.host);
      // The pause must differ between processes, and nothing that is computed depends on it.
      await sleep(Math.random() * longestPause);
    }
    await removePartialFiles(directory);
  } catch (error) {
    throw toDiskError(error, { path, bytes: 0 });
  }
  return { directory, release: withdraw, [Symbol.asyncDispose]: withdraw };
}
