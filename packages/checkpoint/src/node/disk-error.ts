import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { ThinkbitsError } from '@thinkbits/spec';

/** What a writer knows about a failed write. */
export interface DiskErrorContext {
  /** What was being written. */
  readonly path: string;
  /** Bytes that the whole file takes. */
  readonly bytes: number;
  /** What is left on disk; nothing, where absent. */
  readonly left?: string;
}

/** The folder that a path was to be made in: the nearest one that is there. */
function existingFolder(path: string): string {
  const folder = dirname(path);
  return folder === path || existsSync(folder) ? folder : existingFolder(folder);
}

function explain(error: NodeJS.ErrnoException, { path, bytes, left }: DiskErrorContext) {
  const after = left ?? 'Nothing half-written is left.';
  const folder = dirname(path);
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return {
        code: 'disk/full',
        message: `There is no room for ${path}, which takes ${bytes} bytes (${error.code}). ${after}`,
        help: `Free at least ${bytes} bytes on the disk or quota of ${folder}, or write to another disk.`,
      };
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return {
        code: 'disk/not-writable',
        message: `${path} cannot be written (${error.code}). ${after}`,
        help: `Get write permission for ${existingFolder(path)}, or choose another place.`,
      };
    case 'ENOTDIR':
    case 'EISDIR':
    case 'EEXIST':
    case 'ENOENT':
    case 'ENAMETOOLONG':
    case 'ELOOP':
      return {
        code: 'disk/bad-path',
        category: 'input' as const,
        message: `${path} is not a place for a file (${error.code}). ${after}`,
        help: 'Choose another name, or create the folder first.',
      };
    default:
      return {
        code: 'disk/failed',
        message: `Writing ${path} failed: ${error.message}. ${after}`,
        help: 'Check the disk, and run again.',
      };
  }
}

/**
 * Turns what the operating system says of a failed write into a coded error: `disk/full`,
 * `disk/not-writable`, `disk/bad-path` or `disk/failed`. Errors that do not come from the operating system
 * pass unchanged.
 */
export function toDiskError(error: unknown, context: DiskErrorContext): unknown {
  if (
    ThinkbitsError.isInstance(error) ||
    typeof (error as NodeJS.ErrnoException)?.code !== 'string'
  ) {
    return error;
  }
  return new ThinkbitsError({
    category: 'machine',
    ...explain(error as NodeJS.ErrnoException, context),
    details: { path: context.path, bytes: context.bytes },
    cause: error,
  });
}
