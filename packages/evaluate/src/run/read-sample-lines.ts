import type { FileHandle } from 'node:fs/promises';
import { ThinkbitsError } from '@thinkbits/spec';
import { parseJson, validate } from '@thinkbits/validation';
import { type SampleLine, sampleLineSchema } from './sample-line.js';

/** A line and where its bytes lie, without the line break. */
export interface StoredLine {
  readonly line: SampleLine;
  readonly number: number;
  readonly offset: number;
  readonly bytes: number;
}

const chunkBytes = 1 << 20;
const lineBreak = 0x0a;

/**
 * Reads `samples.jsonl` line by line in bounded memory. What follows the last line break was torn
 * by an interruption and is not given: the file is whole up to the end of the last line that is.
 * @throws ThinkbitsError `run/corrupt-line` with the line's number
 */
export async function* readSampleLines(file: FileHandle, path: string): AsyncGenerator<StoredLine> {
  const chunk = Buffer.alloc(chunkBytes);
  let pending = Buffer.alloc(0);
  let offset = 0;
  let number = 0;
  for (;;) {
    const position = offset + pending.length;
    const { bytesRead } = await file.read(chunk, 0, chunkBytes, position);
    if (bytesRead === 0) return;
    pending = Buffer.concat([pending, chunk.subarray(0, bytesRead)]);
    let start = 0;
    for (let end = pending.indexOf(lineBreak); end >= 0; end = pending.indexOf(lineBreak, start)) {
      number++;
      const line = parseSampleLine(pending.toString('utf8', start, end), `${path} line ${number}`);
      yield { line, number, offset: offset + start, bytes: end - start };
      start = end + 1;
    }
    pending = pending.subarray(start);
    offset += start;
  }
}

function parseSampleLine(text: string, what: string): SampleLine {
  try {
    return validate<SampleLine>(sampleLineSchema, parseJson(text, what), what);
  } catch (cause) {
    throw new ThinkbitsError({
      code: 'run/corrupt-line',
      message: cause instanceof Error ? cause.message : `${what} cannot be read.`,
      help: 'Delete that line and run the same call again: its sample is asked anew, all others are kept.',
      details: { line: what },
      cause,
    });
  }
}
