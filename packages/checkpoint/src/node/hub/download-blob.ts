import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ThinkbitsError, throwIfAborted } from '@thinkbits/spec';
import { toDiskError } from '../disk-error.js';
import { makeFolder } from '../make-folder.js';
import { fileSize, partialPath } from './hub-cache.js';
import type { HubFile } from './hub-client.js';

/** A file that is to come into the cache. */
export interface BlobDownload {
  /** Names the file in messages. */
  readonly label: string;
  readonly file: HubFile;
  /** Who serves it: the first half of error codes, and the name in messages; the hub where absent. */
  readonly source?: { readonly area: string; readonly name: string };
  /** Where it goes. */
  readonly path: string;
  /** Asks the server for the bytes from `offset` on. */
  request(offset: number): Promise<Response>;
  /** Told how many bytes of the file are on disk; falls when a download has to start over. */
  onProgress?(done: number): void;
  readonly signal?: AbortSignal;
  /** How often a broken connection is taken up again within the call. */
  readonly retries: number;
  /** Milliseconds before the first retry; doubles. */
  readonly retryPause: number;
}

const hub = { area: 'hub', name: 'the hub' };

function lost(
  { label, file, source = hub }: BlobDownload,
  done: number,
  cause?: unknown,
): ThinkbitsError {
  const { size } = file;
  return new ThinkbitsError({
    code: `${source.area}/connection-lost`,
    category: 'machine',
    message: `${label}: the connection broke after ${done} of ${size} bytes.`,
    help: 'Run the same command again: the download goes on where it stopped.',
    details: { done, size },
    cause,
  });
}

/** Where a server's answer starts, from its Content-Range. */
function startOf(response: Response): number {
  if (response.status !== 206) return 0;
  return Number(
    /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1] ?? Number.NaN,
  );
}

/** Appends what the server sends to the partial file, or starts over when it sends the whole file. */
async function receive(download: BlobDownload, partial: string, offset: number): Promise<void> {
  const { file, signal } = download;
  const response = await download.request(offset);
  const start = startOf(response);
  if (response.status === 416 || (start !== offset && start !== 0)) {
    await response.body?.cancel();
    await rm(partial, { force: true });
    throw lost(download, 0);
  }
  let done = start;
  const explain = (error: unknown): unknown => {
    const left = 'The part that came is kept.';
    const fromDisk = ['open', 'write', 'fsync'].includes(
      (error as NodeJS.ErrnoException).syscall ?? '',
    );
    return fromDisk
      ? toDiskError(error, { path: download.path, bytes: file.size - done, left })
      : lost(download, done, error);
  };
  let handle: FileHandle | undefined;
  try {
    handle = await open(partial, start === 0 ? 'w' : 'a');
    download.onProgress?.(done);
    const body = (response.body ?? []) as unknown as AsyncIterable<Uint8Array>;
    for await (const received of body) {
      // No more than was promised goes to the disk; whether it is right is for the hash to say.
      const piece = received.subarray(0, file.size - done);
      await handle.write(piece);
      done += piece.length;
      download.onProgress?.(done);
      if (done === file.size) break;
    }
    await handle.sync();
  } catch (error) {
    throwIfAborted(signal);
    throw explain(error);
  } finally {
    await handle?.close();
  }
  if (done < file.size) throw lost(download, done);
}

async function hashOf(
  path: string,
  { digest, size }: HubFile,
  signal?: AbortSignal,
): Promise<string> {
  const hash = createHash(digest.algorithm === 'sha256' ? 'sha256' : 'sha1');
  // Git hashes a file behind its type and size.
  if (digest.algorithm === 'git-sha1') hash.update(`blob ${size}\0`);
  for await (const piece of createReadStream(path, { highWaterMark: 4 * 1024 * 1024 })) {
    throwIfAborted(signal);
    hash.update(piece as Uint8Array);
  }
  return hash.digest('hex');
}

/** The second half of codes of what may have passed a moment later. */
const mayPass = new Set(['connection-lost', 'unreachable', 'server-error', 'too-many-requests']);

/**
 * Downloads a file into the cache, going on from what an earlier attempt left in `PATH.incomplete`, and
 * gives it its name once its hash is right.
 *
 * @throws ThinkbitsError `hub/connection-lost` (what came is kept), `hub/wrong-checksum` (nothing is kept),
 *   `hub/…`, `disk/…`; with another `source`, its area in the place of `hub`
 */
export async function downloadBlob(download: BlobDownload): Promise<void> {
  const { label, file, source = hub, path, signal } = download;
  const partial = partialPath(path);
  await makeFolder(dirname(path)).catch((error: unknown) => {
    throw toDiskError(error, { path, bytes: file.size });
  });
  for (let attempt = 0; ; attempt++) {
    throwIfAborted(signal);
    let offset = await fileSize(partial);
    if (offset > file.size) {
      await rm(partial, { force: true });
      offset = 0;
    }
    download.onProgress?.(offset);
    if (offset === file.size && (offset > 0 || attempt > 0)) break;
    try {
      await receive(download, partial, offset);
      break;
    } catch (error) {
      if (!ThinkbitsError.isInstance(error)) throw error;
      if (!mayPass.has(error.code.split('/')[1] as string)) throw error;
      if (attempt >= download.retries) throw error;
      await sleep(download.retryPause * 2 ** attempt, undefined, signal && { signal }).catch(() =>
        throwIfAborted(signal),
      );
    }
  }
  const found = await hashOf(partial, file, signal);
  if (found !== file.digest.value) {
    await rm(partial, { force: true });
    throw new ThinkbitsError({
      code: `${source.area}/wrong-checksum`,
      category: 'machine',
      message: `${label}: ${file.digest.algorithm} is ${found}, and ${source.name} says ${file.digest.value}.`,
      help: 'What came is deleted; run again. If this repeats, something on the way changes the file.',
      details: { file: file.path, found, expected: file.digest.value },
    });
  }
  await rename(partial, path);
}
