import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makeFolder } from './make-folder.js';
import { isProcessAlive } from './process-identity.js';

let counter = 0;

/** A file that is not there yet: written under a hidden name, then renamed, or removed. */
export interface PartialFile {
  write(bytes: Uint8Array): Promise<void>;
  /** Forces the bytes to the disk and gives the file its name, replacing what had it. */
  commit(): Promise<void>;
  /** Removes what was written; does nothing after {@link PartialFile.commit}. */
  discard(): Promise<void>;
}

/** Makes the rename itself survive a power cut, where the platform can. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done);
    done += bytesWritten;
  }
}

/**
 * Opens a hidden file beside `path`, whose folder is created; its name carries the process, see {@link
 * removePartialFiles}.
 */
export async function openPartialFile(path: string): Promise<PartialFile> {
  const folder = dirname(path);
  const hidden = join(folder, `.${basename(path)}.${process.pid}-${counter++}.partial`);
  await makeFolder(folder);
  const handle = await open(hidden, 'w');
  let open_ = true;
  const close = async () => {
    if (open_) await handle.close();
    open_ = false;
  };
  let there = true;
  return {
    write: (bytes) => writeAll(handle, bytes),
    async commit() {
      await handle.sync();
      await close();
      await rename(hidden, path);
      there = false;
      await syncFolder(folder);
    },
    async discard() {
      await close().catch(() => {});
      if (there) await rm(hidden, { force: true });
      there = false;
    },
  };
}

/** Removes what killed processes left in a folder. */
export async function removePartialFiles(folder: string): Promise<void> {
  for (const file of await readdir(folder)) {
    const process = /^\..*\.(\d+)-\d+\.partial$/.exec(file)?.[1];
    if (process && !(await isProcessAlive(Number(process)))) {
      await rm(join(folder, file), { force: true });
    }
  }
}
