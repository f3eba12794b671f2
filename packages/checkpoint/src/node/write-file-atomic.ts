import { toDiskError } from './disk-error.js';
import { openPartialFile, type PartialFile } from './partial-file.js';

/**
 * Writes a file so that it is there whole or not at all: under a hidden name, forced to the disk, then
 * renamed.
 * @param data bytes, or text as UTF-8
 * @throws ThinkbitsError `disk/full`, `disk/not-writable`, `disk/bad-path`, `disk/failed`
 */
export async function writeFileAtomic(path: string, data: Uint8Array | string): Promise<void> {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
  let file: PartialFile | undefined;
  try {
    file = await openPartialFile(path);
    await file.write(bytes);
    await file.commit();
  } catch (error) {
    throw toDiskError(error, { path, bytes: bytes.length });
  } finally {
    await file?.discard();
  }
}
