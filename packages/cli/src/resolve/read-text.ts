import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ThinkbitsError } from '@thinkbits/spec';

const reasons: { readonly [code: string]: string } = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'access is refused',
};

/**
 * The text of a file that the user named.
 * @param what names its part in messages, for example `recipe`
 * @throws ThinkbitsError `AREA/not-found` (area from `code`)
 */
export async function readText(
  file: string,
  directory: string,
  { code, what, help }: { readonly code: string; readonly what: string; readonly help: string },
): Promise<string> {
  try {
    return await readFile(resolve(directory, file), 'utf8');
  } catch (cause) {
    const { code: errno, message } = cause as NodeJS.ErrnoException;
    throw new ThinkbitsError({
      code,
      message: `The ${what} "${file}" cannot be read: ${reasons[errno ?? ''] ?? message}.`,
      help,
      details: { file },
      cause,
    });
  }
}
