import { type ByteSource, ThinkbitsError } from '@thinkbits/spec';

/**
 * Reads exactly `length` bytes, and does not trust the source to do so.
 * @throws ThinkbitsError `source/short-read`
 */
export async function readExactly(
  source: ByteSource,
  file: string,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  if (length === 0) return new Uint8Array(0);
  const bytes = await source.read(file, offset, length);
  if (bytes.length !== length) {
    throw new ThinkbitsError({
      code: 'source/short-read',
      message: `${file}: ${length} bytes were wanted from ${offset}, and ${bytes.length} came.`,
      help: 'The file changed or is shorter than it was; copy or download it again.',
      details: { file, offset, wanted: length, got: bytes.length },
    });
  }
  return bytes;
}
