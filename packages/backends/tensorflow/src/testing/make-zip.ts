import { deflateRawSync } from 'node:zlib';

/** A file to put into an archive; `stored` leaves it as it is. */
export interface ZipInput {
  readonly name: string;
  readonly content: string;
  readonly stored?: boolean;
  readonly executable?: boolean;
}

/** A zip archive as PKWARE’s APPNOTE describes it, without checksums, which our reader leaves to the hash of the whole. */
export function makeZip(files: readonly ZipInput[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, stored, executable } of files) {
    const [title, bytes] = [Buffer.from(name), Buffer.from(content)];
    const data = stored ? bytes : deflateRawSync(bytes);
    const method = stored ? 0 : 8;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(method, 8);
    local.writeUInt32LE(data.length, 18);
    local.writeUInt32LE(bytes.length, 22);
    local.writeUInt16LE(title.length, 26);
    local.writeUInt16LE(3, 28); // an extra field, which is passed over
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(method, 10);
    central.writeUInt32LE(data.length, 20);
    central.writeUInt32LE(bytes.length, 24);
    central.writeUInt16LE(title.length, 28);
    central.writeUInt32LE(((executable ? 0o100755 : 0o100644) << 16) >>> 0, 38);
    central.writeUInt32LE(offset, 42);
    parts.push(local, title, Buffer.alloc(3), data);
    directory.push(central, title);
    offset += 30 + title.length + 3 + data.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, entries, end]);
}
