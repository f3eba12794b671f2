import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { storageError } from './storage-error.js';

/**
 * Where a new file grows until it is whole; one name per file, so that whoever holds the
 * directory's lock can remove it.
 */
export function temporaryName(path: string): string {
  return `${path}.partial`;
}

/**
 * Replaces a file at once, chunk by chunk where it may be too large to hold: the chunks go to a
 * temporary name, reach the disk, and are renamed. A kill at any moment leaves the old file or the
 * new one, and at most the temporary one beside it.
 * @throws ThinkbitsError `disk/full`, `disk/not-writable`, `disk/failed`
 */
export async function replaceFile(
  path: string,
  chunks: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
): Promise<void> {
  const temporary = temporaryName(path);
  try {
    const file = await open(temporary, 'w');
    try {
      for await (const chunk of chunks) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw storageError(cause, path);
  }
  await syncDirectory(dirname(path));
}

/** Makes a rename survive a power cut, where the system lets a directory be synced at all. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
