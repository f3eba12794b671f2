import { type FileHandle, open } from 'node:fs/promises';
import { readSampleLines } from './read-sample-lines.js';
import { replaceFile } from './replace-file.js';
import type { SampleLine } from './sample-line.js';
import { sha256 } from './sha256.js';
import { storageError } from './storage-error.js';

/**
 * A sample without its texts, and where its line lies: a run of thousands of long answers does not
 * fit in memory.
 */
export interface StoredSample extends Omit<SampleLine, 'thinking' | 'text'> {
  /** sha256 of thinking and text, to tell equal answers. */
  readonly digest: string;
  readonly offset: number;
  readonly bytes: number;
}

function stored(line: SampleLine, offset: number, bytes: number): StoredSample {
  const { thinking, text, ...rest } = line;
  return { ...rest, digest: sha256(JSON.stringify([thinking, text])), offset, bytes };
}

/**
 * `samples.jsonl`, append-only: a line is in it whole, on disk, or not at all.
 *
 * Of two lines with one key the later counts: a request that ended in an error and was asked again.
 */
export class SampleLog {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #samples = new Map<string, StoredSample>();
  /** Bytes of whole lines: where the next one goes. */
  #size = 0;
  /** The last append that was asked for. */
  #appending: Promise<void> = Promise.resolve();

  private constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /**
   * Opens or creates the file, reads what is there and cuts off a torn last line.
   * @throws ThinkbitsError `run/corrupt-line`, `disk/full`, `disk/failed`
   */
  static async open(path: string, openFile: typeof open = open): Promise<SampleLog> {
    // 'a+' would write at the end whatever position is given; 'r+' does not create.
    const file = await openFile(path, 'r+').catch(async (error) => {
      if (error.code !== 'ENOENT') throw storageError(error, path);
      return await openFile(path, 'w+').catch((cause) => {
        throw storageError(cause, path);
      });
    });
    const log = new SampleLog(file, path);
    try {
      for await (const { line, offset, bytes } of readSampleLines(file, path)) {
        log.#samples.set(line.key, stored(line, offset, bytes));
        log.#size = offset + bytes + 1;
      }
      if ((await file.stat()).size > log.#size) await file.truncate(log.#size);
    } catch (error) {
      await file.close();
      throw error;
    }
    return log;
  }

  /** By key. */
  get samples(): ReadonlyMap<string, StoredSample> {
    return this.#samples;
  }

  /** Bytes of the file. */
  get size(): number {
    return this.#size;
  }

  /**
   * Appends a line and waits until it is on disk; lines asked for meanwhile follow it. When it does not fit, what was
   * written of it is cut off again.
   * @throws ThinkbitsError `disk/full`, `disk/failed`
   */
  append(line: SampleLine): Promise<void> {
    const appended = this.#appending.then(() => this.#append(line));
    this.#appending = appended.catch(() => {});
    return appended;
  }

  async #append(line: SampleLine): Promise<void> {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    try {
      await writeFully(this.#file, bytes, this.#size);
      await this.#file.datasync();
    } catch (cause) {
      // If even this fails the tail has no line break, and the next opening drops it.
      await this.#file.truncate(this.#size).catch(() => {});
      throw storageError(cause, this.#path);
    }
    this.#samples.set(line.key, stored(line, this.#size, bytes.length - 1));
    this.#size += bytes.length;
  }

  /** The bytes of a sample's line, with its line break. */
  async bytes(sample: StoredSample): Promise<Uint8Array> {
    const buffer = Buffer.alloc(sample.bytes + 1);
    await this.#file.read(buffer, 0, buffer.length, sample.offset);
    return buffer;
  }

  /** A sample's whole line. */
  async line(sample: StoredSample): Promise<SampleLine> {
    return JSON.parse(Buffer.from(await this.bytes(sample)).toString('utf8'));
  }

  /**
   * Replaces the file at once by other lines, which may be read from it on the way. Nothing can be read or appended afterwards:
   * Windows lets no file take the place of one that is open.
   * @throws ThinkbitsError `disk/full`, `disk/not-writable`, `disk/failed`
   */
  async replace(lines: AsyncIterable<string | Uint8Array>): Promise<void> {
    await replaceFile(this.#path, this.#closedAfter(lines));
  }

  async *#closedAfter<Line>(lines: AsyncIterable<Line>): AsyncGenerator<Line> {
    yield* lines;
    await this.close();
  }

  /** Safe to repeat. */
  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** A single write may take only part of the bytes when room runs out; the next one says why. */
async function writeFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
