import { ThinkbitsError } from '@thinkbits/spec';

/** Codes of the operating system that mean "no room", on disk or in the user's share of it. */
const noRoom = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const noAccess = new Set(['EACCES', 'EPERM', 'EROFS']);

function kindOf(code: string | undefined): string {
  if (noRoom.has(code ?? '')) return 'disk/full';
  return noAccess.has(code ?? '') ? 'disk/not-writable' : 'disk/failed';
}

/** A failed write as a coded error of category `machine`; coded errors pass as they are. */
export function storageError(cause: unknown, path: string): ThinkbitsError {
  if (ThinkbitsError.isInstance(cause)) return cause;
  const code = kindOf((cause as NodeJS.ErrnoException | undefined)?.code);
  return new ThinkbitsError({
    code,
    category: 'machine',
    message:
      code === 'disk/full'
        ? `There is no room left to write ${path}.`
        : `${path} could not be written: ${cause instanceof Error ? cause.message : String(cause)}.`,
    help: 'Finished samples are kept: make room or get access, then run the same call again.',
    details: { path },
    cause,
  });
}
