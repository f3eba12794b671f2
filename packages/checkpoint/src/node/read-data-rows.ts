import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { pipeline, type Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { type Json, ThinkbitsError } from '@thinkbits/spec';
import { parseCsv, parseJson } from '@thinkbits/validation';

/** A row of a data file and where it stands. */
export interface DataRow {
  /** For messages, for example `c4.jsonl, line 3`. */
  readonly place: string;
  readonly row: Json;
}

function notReadable(path: string, cause: unknown): ThinkbitsError {
  return new ThinkbitsError({
    code: 'data/not-readable',
    message: `The data file ${path} cannot be read: ${(cause as Error).message}.`,
    help: 'Name a file of rows that is there: .jsonl, .json, .csv or .parquet.',
    details: { file: path },
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
    code: 'data/no-zstd',
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
      yield { place: `${path}, line ${line}`, row: parseJson(text, path, line - 1) };
    }
  } catch (cause) {
    throw ThinkbitsError.isInstance(cause) ? cause : notReadable(path, cause);
  }
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause) => {
    throw notReadable(path, cause);
  });
}

/** A list of rows, one row, or lists of rows by name, as the MR-Ben data are. */
async function* readJson(path: string): AsyncGenerator<DataRow> {
  const value = parseJson(await readText(path), path);
  const lists = Object.entries(value ?? {});
  if (!Array.isArray(value) && lists.length > 0 && lists.every(([, list]) => Array.isArray(list))) {
    for (const [name, list] of lists as [string, readonly Json[]][]) {
      for (const [index, row] of list.entries())
        yield { place: `${path}, row ${index + 1} of "${name}"`, row };
    }
    return;
  }
  const rows: readonly Json[] = Array.isArray(value) ? value : [value];
  for (const [index, row] of rows.entries()) yield { place: `${path}, row ${index + 1}`, row };
}

async function* readCsv(path: string): AsyncGenerator<DataRow> {
  for (const { line, value } of parseCsv(await readText(path), path))
    yield { place: `${path}, line ${line}`, row: value };
}

async function* readParquet(path: string): AsyncGenerator<DataRow> {
  const { asyncBufferFromFile, parquetReadObjects } = await import('hyparquet');
  const rows = await asyncBufferFromFile(path)
    .then((file) => parquetReadObjects({ file }))
    .catch((cause) => {
      throw notReadable(path, cause);
    });
  for (const [index, row] of rows.entries())
    yield { place: `${path}, row ${index + 1}`, row: row as Json };
}

/**
 * The rows of a data file by its ending, one by one: `.jsonl` (also `.json.gz`, `.jsonl.zst`, …), `.json`
 * (a list, or lists by name), `.csv` (its first line names the columns), `.parquet`; undefined for another file.
 * @throws ThinkbitsError while reading: `data/not-readable`, `data/no-zstd`, `json/syntax`, `csv/syntax`
 */
export function readDataRows(path: string): AsyncGenerator<DataRow> | undefined {
  if (/\.(jsonl|ndjson)$|\.(jsonl?|ndjson)\.(gz|zst)$/.test(path)) return readLines(path);
  if (path.endsWith('.json')) return readJson(path);
  if (path.endsWith('.csv')) return readCsv(path);
  return path.endsWith('.parquet') ? readParquet(path) : undefined;
}
