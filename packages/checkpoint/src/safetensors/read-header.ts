import type { ByteSource } from '@thinkbits/spec';
import { readExactly } from '../read-exactly.js';
import { parseHeader, type SafetensorsHeader } from './parse-header.js';
import { safetensorsError } from './safetensors-error.js';

/** Longest header that is read, the format's own limit; a larger claim allocates nothing. */
export const headerByteLimit = 100_000_000;

/**
 * Reads and checks the header of a safetensors file: an 8-byte little-endian length, then that many bytes
 * of JSON.
 *
 * @returns every tensor, offsets counted from the start of the file, and the metadata
 * @throws ThinkbitsError `safetensors/too-short`, `safetensors/header-too-long`,
 *   `safetensors/header-truncated`, and those of {@link parseHeader}
 */
export async function readHeader(source: ByteSource, file: string): Promise<SafetensorsHeader> {
  const size = await source.size(file);
  if (size < 8) {
    throw safetensorsError('too-short', file, `${size} bytes are too few for a safetensors file.`, {
      details: { size },
    });
  }
  const prefix = await readExactly(source, file, 0, 8);
  const length = new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(headerByteLimit)) {
    throw safetensorsError(
      'header-too-long',
      file,
      `the header claims ${length} bytes; at most ${headerByteLimit} are read.`,
      {
        help: 'This is probably not a safetensors file; check what it is, or download it again.',
        details: { length: String(length), limit: headerByteLimit },
      },
    );
  }
  const headerBytes = Number(length);
  if (8 + headerBytes > size) {
    throw safetensorsError(
      'header-truncated',
      file,
      `the header claims ${headerBytes} bytes, and ${size - 8} follow in the file.`,
      { details: { length: headerBytes, size } },
    );
  }
  const bytes = await readExactly(source, file, 8, headerBytes);
  return parseHeader(bytes, { file, dataStart: 8 + headerBytes, fileSize: size });
}
