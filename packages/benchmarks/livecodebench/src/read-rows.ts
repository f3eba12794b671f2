import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type JsonObject, ThinkbitsError } from '@thinkbits/spec';
import { type GivenRow, parseJson, splitLines } from '@thinkbits/validation';
import type { TestsPlace } from './row.js';

/** SHA-256 of a field. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function notReadable(file: string, cause: unknown): ThinkbitsError {
  return new ThinkbitsError({
    code: 'livecodebench/no-file',
    message: `${file} cannot be read: ${(cause as Error).message}.`,
    help: 'Name a file of code_generation_lite (test.jsonl, test2.jsonl, …), or a folder of them.',
    cause,
  });
}

/** The files that were named; a folder stands for the files of a release in it. */
export async function expandFolders(
  files: readonly string[],
  release: readonly string[],
): Promise<string[]> {
  const expanded: string[] = [];
  for (const file of files) {
    const found = await stat(file).catch((cause) => {
      throw notReadable(file, cause);
    });
    expanded.push(...(found.isDirectory() ? release.map((name) => join(file, name)) : [file]));
  }
  return expanded;
}

/** A row without its private tests, which may be megabytes: their place is kept. */
function withPlace(value: unknown, place: Omit<TestsPlace, 'sha256'>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const row = value as JsonObject;
  const tests = row.private_test_cases;
  if (typeof tests !== 'string' || tests === '') return value;
  return { ...row, private_test_cases: { ...place, sha256: hashOf(tests) } };
}

/**
 * Reads release files line by line, one row in memory at a time.
 * @throws ThinkbitsError `livecodebench/no-file`, `json/syntax` with file and line
 */
export async function* readRows(files: readonly string[]): AsyncGenerator<GivenRow> {
  for (const file of files.map((each) => resolve(each))) {
    const stream = createReadStream(file, { highWaterMark: 1 << 20 });
    try {
      for await (const { line, offset, bytes } of splitLines(stream)) {
        const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
        if (text.trim() === '') continue;
        const origin = `${basename(file)}, line ${line}`;
        const value = parseJson(text, origin);
        yield { origin, value: withPlace(value, { file, line, offset, bytes: bytes.length }) };
      }
    } catch (cause) {
      throw ThinkbitsError.isInstance(cause) ? cause : notReadable(file, cause);
    }
  }
}

/**
 * Reads the private tests of a row from where they lie.
 * @throws ThinkbitsError `livecodebench/no-file`, `livecodebench/data-changed`
 */
export async function readPlace(place: TestsPlace): Promise<string> {
  const buffer = Buffer.alloc(place.bytes);
  try {
    const file = await open(place.file, 'r');
    await file.read(buffer, 0, place.bytes, place.offset).finally(() => file.close());
  } catch (cause) {
    throw notReadable(place.file, cause);
  }
  const changed = (cause?: unknown) =>
    new ThinkbitsError({
      code: 'livecodebench/data-changed',
      message: `${place.file} line ${place.line} is not what it was when it was loaded.`,
      help: 'Load the benchmark again, and leave its files alone while it is used.',
      cause,
    });
  let tests: unknown;
  try {
    tests = (JSON.parse(buffer.toString('utf8')) as JsonObject).private_test_cases;
  } catch (cause) {
    throw changed(cause);
  }
  if (typeof tests === 'string' && hashOf(tests) === place.sha256) return tests;
  throw changed();
}
