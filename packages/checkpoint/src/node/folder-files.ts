import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { nearestName, ThinkbitsError } from '@thinkbits/spec';
import { checkFileName } from '../check-file-name.js';
import type { IncrementalHash, ModelFiles } from '../model-files.js';
import { createFilePool } from './file-pool.js';

/** SHA-256 by the platform's library. */
export function createNodeSha256(): IncrementalHash {
  const hash = createHash('sha256');
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
}

function unreadable(label: string, what: string, error: unknown): ThinkbitsError {
  return new ThinkbitsError({
    code: 'source/unreadable',
    message: `${label}: ${what} cannot be read (${(error as NodeJS.ErrnoException).code ?? error}).`,
    help: 'Check that it exists and that you may read it.',
    details: { what },
    cause: error,
  });
}

/**
 * The files of a folder (hidden ones and those of inner folders left out), read by byte range. Handles are
 * opened when needed, shared, and given back by `close` or when idle.
 * @param label shown in messages; the folder where absent
 */
export function folderFiles(folder: string, label: string = folder): ModelFiles {
  const root = resolve(folder);
  const pool = createFilePool();
  let closed = false;

  const list = async (): Promise<string[]> => {
    const entries = await readdir(root, { withFileTypes: true }).catch((error: unknown) => {
      throw unreadable(label, 'the folder', error);
    });
    return entries
      .filter((entry) => (entry.isFile() || entry.isSymbolicLink()) && !entry.name.startsWith('.'))
      .map((entry) => entry.name)
      .sort();
  };
  const path = (file: string): string => join(root, checkFileName(file, label));
  const explain = async (file: string, error: unknown): Promise<ThinkbitsError> => {
    if (ThinkbitsError.isInstance(error)) return error;
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return unreadable(label, file, error);
    const near = nearestName(file, await list());
    return new ThinkbitsError({
      code: 'source/no-file',
      message: `${label} has no file "${file}".`,
      help: near ? `Did you mean "${near}"?` : 'Check the name.',
      details: { file },
      cause: error,
    });
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
      if (closed) {
        throw new ThinkbitsError({
          code: 'source/closed',
          category: 'usage',
          message: `${label} was closed, and "${file}" was read.`,
          help: 'Close a checkpoint when nothing reads it any more.',
          details: { file },
        });
      }
      try {
        return await pool.read(path(file), offset, length);
      } catch (error) {
        throw await explain(file, error);
      }
    },
    close() {
      closed = true;
      return pool.close();
    },
  };
}
