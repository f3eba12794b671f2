import { createHash } from 'node:crypto';
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { nearestName, ThinkbitsError } from '@thinkbits/spec';
import { checkFileName } from '../check-file-name.js';
import type { IncrementalHash, ModelFiles } from '../model-files.js';

/** Files that are kept open at once; models of more shards reopen the least recently used. */
const openFileLimit = 32;
/** Longest single read: the operating system refuses 2 GiB at once. */
const readLimit = 1024 * 1024 * 1024;

/** An open file and how many reads are under way on it; only idle ones may be closed. */
interface PooledHandle {
  readonly handle: Promise<FileHandle>;
  users: number;
}

/** SHA-256 by the platform's library. */
export function createNodeSha256(): IncrementalHash {
  const hash = createHash('sha256');
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
}

function noFile(label: string, file: string, names: readonly string[]): ThinkbitsError {
  const near = nearestName(file, names);
  return new ThinkbitsError({
    code: 'source/no-file',
    message: `${label} has no file "${file}".`,
    help: near ? `Did you mean "${near}"?` : 'Check the name.',
    details: { file },
  });
}

/**
 * The files of a folder and of the folders in it (hidden ones left out), read by byte range. Handles are opened when
 * needed, shared, and given back by `close`.
 * @param label shown in messages; the folder where absent
 */
export function folderFiles(folder: string, label: string = folder): ModelFiles {
  const root = resolve(folder);
  const pool = new Map<string, PooledHandle>();
  let closed = false;

  const list = async (): Promise<string[]> => {
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() || entry.isSymbolicLink())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
      .filter((file) => !file.split('/').some((part) => part.startsWith('.')))
      .sort();
  };
  const path = (file: string): string => join(root, checkFileName(file, label));
  const explain = async (file: string, error: unknown): Promise<unknown> =>
    (error as NodeJS.ErrnoException).code === 'ENOENT' ? noFile(label, file, await list()) : error;

  /** Opens the file or takes it from the pool, and counts the user in. */
  const acquire = (file: string): PooledHandle => {
    if (closed) {
      throw new ThinkbitsError({
        code: 'source/closed',
        category: 'usage',
        message: `${label} was closed, and "${file}" was read.`,
        help: 'Close a checkpoint when nothing reads it any more.',
        details: { file },
      });
    }
    const entry = pool.get(file) ?? { handle: open(path(file), 'r'), users: 0 };
    entry.users++;
    pool.delete(file);
    pool.set(file, entry); // last = most recently used
    for (const [other, { handle, users }] of pool) {
      if (pool.size <= openFileLimit) break;
      if (users > 0) continue;
      pool.delete(other);
      handle.then((reader) => reader.close()).catch(() => {});
    }
    return entry;
  };

  return {
    label,
    list,
    createSha256: createNodeSha256,
    async size(file) {
      try {
        return (await stat(path(file))).size;
      } catch (error) {
        throw await explain(file, error);
      }
    },
    async read(file, offset, length) {
      const entry = acquire(file);
      try {
        const reader = await entry.handle;
        const bytes = new Uint8Array(length);
        let done = 0;
        while (done < length) {
          const wanted = Math.min(readLimit, length - done);
          const { bytesRead } = await reader.read(bytes, done, wanted, offset + done);
          if (bytesRead === 0) break; // the caller learns of a file that ends early from what it gets
          done += bytesRead;
        }
        return bytes.subarray(0, done);
      } catch (error) {
        if (pool.get(file) === entry) pool.delete(file);
        entry.handle.then((reader) => reader.close()).catch(() => {});
        throw await explain(file, error);
      } finally {
        entry.users--;
      }
    },
    async close() {
      closed = true;
      const entries = [...pool.values()];
      pool.clear();
      await Promise.allSettled(entries.map(async ({ handle }) => (await handle).close()));
    },
  };
}
