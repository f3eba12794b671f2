import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import { setupError } from './setup-error.js';

/** A file in a zip archive. */
export interface ZipMember {
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly compressed: number;
  readonly size: number;
  /** Whether its owner may run it. */
  readonly executable: boolean;
  /** Where its local header starts. */
  readonly offset: number;
}

const endSignature = 0x06054b50;
const memberSignature = 0x02014b50;
const localHeader = 30;
/** The end record, with the longest comment. */
const endLength = 22 + 0xffff;
/** What a field holds whose value stands in a zip64 record. */
const elsewhere = 0xffffffff;

const broken = (path: string, why: string) =>
  setupError(
    'bad-archive',
    `${path} is not a zip archive that can be read: ${why}.`,
    'Delete it and run the same command again.',
  );

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/**
 * The members of a zip archive, from its central directory (PKWARE’s APPNOTE 4.3). Archives of 4 GiB and more, and encrypted
 * ones, are refused.
 *
 * @throws ThinkbitsError `setup/bad-archive`
 */
export async function readZipMembers(path: string): Promise<ZipMember[]> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const tail = await readAt(file, Math.max(0, size - endLength), Math.min(size, endLength));
    let end = tail.length - 22;
    while (end >= 0 && tail.readUInt32LE(end) !== endSignature) end--;
    if (end < 0) throw broken(path, 'it has no end record');
    const count = tail.readUInt16LE(end + 10);
    const [length, start] = [tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)];
    if (start === elsewhere || count === 0xffff) throw broken(path, 'it is in the zip64 form');
    const directory = await readAt(file, start, length);
    const members: ZipMember[] = [];
    for (let i = 0, at = 0; i < count; i++) {
      if (at + 46 > directory.length || directory.readUInt32LE(at) !== memberSignature)
        throw broken(path, `member ${i} of ${count} is damaged`);
      const nameLength = directory.readUInt16LE(at + 28);
      members.push({
        name: directory.toString('utf8', at + 46, at + 46 + nameLength),
        method: directory.readUInt16LE(at + 10),
        compressed: directory.readUInt32LE(at + 20),
        size: directory.readUInt32LE(at + 24),
        executable: ((directory.readUInt32LE(at + 38) >>> 16) & 0o100) !== 0,
        offset: directory.readUInt32LE(at + 42),
      });
      at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
    }
    return members;
  } finally {
    await file.close();
  }
}

/**
 * Writes one member to a file.
 * @throws ThinkbitsError `setup/bad-archive`; what the operating system says of the disk
 */
export async function extractMember(path: string, member: ZipMember, to: string): Promise<void> {
  const { name, method, compressed, size, offset, executable } = member;
  if (method !== 0 && method !== 8) throw broken(path, `${name} is packed by method ${method}`);
  const file = await open(path);
  const header = await readAt(file, offset, localHeader).finally(() => file.close());
  if (header.length < localHeader) throw broken(path, `${name} is cut off`);
  const start = offset + localHeader + header.readUInt16LE(26) + header.readUInt16LE(28);
  const target = createWriteStream(to, { mode: executable ? 0o755 : 0o644 });
  if (compressed > 0) {
    const source = createReadStream(path, { start, end: start + compressed - 1 });
    await pipeline(source, method === 8 ? createInflateRaw() : new PassThrough(), target);
  } else await new Promise<void>((resolve) => target.end(resolve));
  if (target.bytesWritten !== size)
    throw broken(path, `${name} has ${target.bytesWritten} bytes in place of ${size}`);
}
