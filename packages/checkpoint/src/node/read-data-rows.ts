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

/** A file, and what messages call it. */
interface NamedFile {
  readonly path: string;
  readonly name: string;
}

function notReadable({ name }: NamedFile, cause: unknown): ThinkbitsError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const why = code === 'ENOENT' ? 'there is no such file' : message;
  return new ThinkbitsError({
    code: 'data/not-found',
    message: `The data file ${name} cannot be read: ${why}.`,
    help: 'Name a file of rows that is there: .jsonl, .json, .csv or .parquet.',
    details: { file: name },
    cause,
  });
}

/** What undoes a file's compression, told by its name. */
function decompressor({ path, name }: NamedFile): NodeJS.ReadWriteStream | undefined {
  if (path.endsWith('.gz')) return zlib.createGunzip();
  if (!path.endsWith('.zst')) return undefined;
  // From Node 22.15 on.
  const { createZstdDecompress } = zlib as { createZstdDecompress?: () => NodeJS.ReadWriteStream };
  if (createZstdDecompress) return createZstdDecompress();
  throw new ThinkbitsError({
    code: 'data/no-zstd',
    category: 'machine',
    message: `${name} is compressed with zstd, which Node ${process.versions.node} cannot read.`,
    help: 'Use Node 22.15 or newer, or decompress the file (zstd -d) and name the result.',
  });
}

/** Streamed: a shard of a web corpus is larger than the longest string that Node can hold. */
async function* readLines(file: NamedFile): AsyncGenerator<DataRow> {
  const { path, name } = file;
  const source = createReadStream(path);
  const through = decompressor(file);
  const input = (through ? pipeline(source, through, () => {}) : source) as Readable;
  let line = 0;
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      line++;
      if (text.trim() === '') continue;
      yield { place: `${name}, line ${line}`, row: parseJson(text, name, line - 1) };
    }
  } catch (cause) {
    throw ThinkbitsError.isInstance(cause) ? cause : notReadable(file, cause);
  }
}

async function readText(file: NamedFile): Promise<string> {
  return readFile(file.path, 'utf8').catch((cause) => {
    throw notReadable(file, cause);
  });
}

/** A list of rows, one row, or lists of rows by name, as the MR-Ben data are. */
async function* readJson(file: NamedFile): AsyncGenerator<DataRow> {
  const value = parseJson(await readText(file), file.name);
  const lists = Object.entries(value ?? {});
  if (!Array.isArray(value) && lists.length > 0 && lists.every(([, list]) => Array.isArray(list))) {
    for (const [key, list] of lists as [string, readonly Json[]][]) {
      for (const [index, row] of list.entries())
        yield { place: `${file.name}, row ${index + 1} of "${key}"`, row };
    }
    return;
  }
  const rows: readonly Json[] = Array.isArray(value) ? value : [value];
  for (const [index, row] of rows.entries()) yield { place: `${file.name}, row ${index + 1}`, row };
}

async function* readCsv(file: NamedFile): AsyncGenerator<DataRow> {
  for (const { line, value } of parseCsv(await readText(file), file.name))
    yield { place: `${file.name}, line ${line}`, row: value };
}

async function* readParquet(file: NamedFile): AsyncGenerator<DataRow> {
  const { asyncBufferFromFile, parquetReadObjects } = await import('hyparquet');
  const rows = await asyncBufferFromFile(file.path)
    .then((buffer) => parquetReadObjects({ file: buffer }))
    .catch((cause) => {
      throw notReadable(file, cause);
    });
  for (const [index, row] of rows.entries())
    yield { place: `${file.name}, row ${index + 1}`, row: row as Json };
}

/**
 * The rows of a data file by its ending, one by one: `.jsonl` (also `.json.gz`, `.jsonl.zst`, …), `.json`
 * (a list, or lists by name), `.csv` (its first line names the columns), `.parquet`; undefined for another file.
 * @param name what messages call the file; the path where absent
 * @throws ThinkbitsError while reading: `data/not-found`, `data/no-zstd`, `json/syntax`, `csv/syntax`
 */
export function readDataRows(path: string, name = path): AsyncGenerator<DataRow> | undefined {
  const file = { path, name };
  if (/\.(jsonl|ndjson)$|\.(jsonl?|ndjson)\.(gz|zst)$/.test(path)) return readLines(file);
  if (path.endsWith('.json')) return readJson(file);
  if (path.endsWith('.csv')) return readCsv(file);
  return path.endsWith('.parquet') ? readParquet(file) : undefined;
}
