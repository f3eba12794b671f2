import { type ByteSource, type JsonObject, ThinkbitsError } from '@thinkbits/spec';
import { parseJson } from '@thinkbits/validation';
import { readExactly } from './read-exactly.js';

/** Longest text file that is read whole: a tokenizer of a million entries stays well below. */
export const textByteLimit = 256 * 1024 * 1024;

/**
 * Reads a text file.
 * @throws ThinkbitsError `checkpoint/text-too-long`, `checkpoint/not-text`
 */
export async function readTextFile(source: ByteSource, file: string): Promise<string> {
  const size = await source.size(file);
  if (size > textByteLimit) {
    throw new ThinkbitsError({
      code: 'checkpoint/text-too-long',
      message: `${file} has ${size} bytes; a text file of a checkpoint may have ${textByteLimit}.`,
      help: 'Check that this is the file it should be.',
      details: { file, size, limit: textByteLimit },
    });
  }
  const bytes = await readExactly(source, file, 0, size);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ThinkbitsError({
      code: 'checkpoint/not-text',
      message: `${file} is not UTF-8 text.`,
      help: 'Copy or download it again.',
      details: { file },
      cause,
    });
  }
}

/**
 * Reads a file that holds a JSON object.
 * @throws ThinkbitsError `json/syntax`, `checkpoint/not-an-object`, and those of {@link readTextFile}
 */
export async function readJsonFile(source: ByteSource, file: string): Promise<JsonObject> {
  const what = `${source.label}: ${file}`;
  const value = parseJson(await readTextFile(source, file), what);
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as JsonObject;
  throw new ThinkbitsError({
    code: 'checkpoint/not-an-object',
    message: `${what} is ${JSON.stringify(value).slice(0, 40)}, not a JSON object.`,
    help: `Correct ${file}, or copy or download it again.`,
    details: { file },
  });
}
