import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { pipeline, type Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { type JsonObject, ThinkbitsError } from '@thinkbits/spec';
import { parseJson } from '@thinkbits/validation';

/** A row of a data file and where it stands. */
export interface DataRow {
  /** For messages, for example `c4.jsonl, line 3,`. */
  readonly what: string;
  readonly row: JsonObject;
}

function notReadable(path: string, cause: unknown): ThinkbitsError {
  return new ThinkbitsError({
    code: 'calibration/no-file',
    message: `The calibration text ${path} cannot be read: ${(cause as Error).message}.`,
    help: 'Give a text file, or JSON lines with "text", or with "question" and "generated_text".',
    cause,
  });
}

/** What undoes a file's compression, told by its name. */
function decompressor(path: string): NodeJS.ReadWriteStream | undefined {
  if (path.endsWith('.gz')) return zlib.createGunzip();
  if (!path.endsWith('.zst')) return undefined;
  // From Node 22.15 on.
  const { createZstdDecompress } = zlib as { createZstdDecompress?: () => NodeJS.ReadWriteStream };
  if (createZstdDecompress) return createZstdDecompress();
  throw new ThinkbitsError({
    code: 'calibration/no-zstd',
    category: 'machine',
    message: `${path} is compressed with zstd, which Node ${process.versions.node} cannot read.`,
    help: 'Use Node 22.15 or newer, or decompress the file (zstd -d) and name the result.',
  });
}

/** Streamed: a shard of a web corpus is larger than the longest string that Node can hold. */
async function* readLines(path: string): AsyncGenerator<DataRow> {
  const source = createReadStream(path);
  const through = decompressor(path);
  const input = (through ? pipeline(source, through, () => {}) : source) as Readable;
  let line = 0;
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      line++;
      if (text.trim() === '') continue;
      const what = `${path}, line ${line},`;
      yield { what, row: parseJson(text.replace(/^\uFEFF/, ''), what) as JsonObject };
    }
  } catch (cause) {
    throw ThinkbitsError.isInstance(cause) ? cause : notReadable(path, cause);
  }
}

async function* readArray(path: string): AsyncGenerator<DataRow> {
  const value = parseJson(await readText(path), path);
  const rows = Array.isArray(value) ? value : [value];
  for (const [index, row] of rows.entries())
    yield { what: `${path}, row ${index + 1},`, row: row as JsonObject };
}

async function* readParquet(path: string): AsyncGenerator<DataRow> {
  const { asyncBufferFromFile, parquetReadObjects } = await import('hyparquet');
  const rows = await asyncBufferFromFile(path)
    .then((file) => parquetReadObjects({ file }))
    .catch((cause) => {
      throw notReadable(path, cause);
    });
  for (const [index, row] of rows.entries())
    yield { what: `${path}, row ${index + 1},`, row: row as JsonObject };
}

/**
 * The text of a file that holds no rows.
 * @throws ThinkbitsError `calibration/no-file`
 */
export async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause) => {
    throw notReadable(path, cause);
  });
}

/**
 * The rows of a data file by its ending, one by one: `.jsonl` (also `.json.gz`, `.jsonl.zst`, …), `.json`
 * (an array), `.parquet`; undefined for a file that is plain text.
 * @throws ThinkbitsError while reading: `calibration/no-file`, `calibration/no-zstd`, `json/syntax`
 */
export function readRows(path: string): AsyncGenerator<DataRow> | undefined {
  if (/\.(jsonl|ndjson)$|\.(jsonl?|ndjson)\.(gz|zst)$/.test(path)) return readLines(path);
  if (path.endsWith('.json')) return readArray(path);
  return path.endsWith('.parquet') ? readParquet(path) : undefined;
}
