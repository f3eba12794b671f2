import { statfs } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Progress, ThinkbitsError, throwIfAborted } from '@thinkbits/spec';
import { type DirectoryLock, lockDirectory } from '../lock-directory.js';
import { downloadBlob } from './download-blob.js';
import type { HubCache } from './hub-cache.js';
import type { HubClient, HubFile } from './hub-client.js';

/** Files of a model or data set that are to come into the cache. */
export interface RepositoryDownload {
  /** Names the repository in messages. */
  readonly repository: string;
  readonly revision: string;
  readonly client: HubClient;
  readonly cache: HubCache;
  readonly emit: (event: Progress) => void;
  readonly signal?: AbortSignal;
  readonly retries: number;
  readonly retryPause: number;
}

const lockPoll = 500; // milliseconds

/** Two processes that want the same repository: the second waits and finds it done. */
async function waitForLock({
  repository,
  cache,
  emit,
  signal,
}: RepositoryDownload): Promise<DirectoryLock> {
  for (let waits = 0; ; waits++) {
    throwIfAborted(signal);
    try {
      return await lockDirectory(cache.lock);
    } catch (error) {
      if (!ThinkbitsError.isInstance(error) || error.code !== 'directory/in-use') throw error;
      if (waits === 0) {
        emit({ type: 'note', message: `Another process downloads ${repository}; waiting for it.` });
      }
    }
    await sleep(lockPoll, undefined, signal && { signal }).catch(() => throwIfAborted(signal));
  }
}

/** Brings one file into a snapshot. */
export async function fetchFile(
  download: RepositoryDownload,
  commit: string,
  file: HubFile,
  onProgress: (done: number) => void = () => {},
): Promise<void> {
  const { repository, client, cache } = download;
  const hash = file.digest.value;
  if (await cache.has(commit, file.path, file.size)) return;
  if (!(await cache.hasBlob(hash, file.size))) {
    await downloadBlob({
      ...download,
      label: `${repository}: ${file.path}`,
      file,
      path: cache.blob(hash),
      request: (offset) => client.download(commit, file.path, offset),
      onProgress,
    });
  }
  await cache.link(commit, file.path, hash);
}

/** Better to learn of a small disk before an hour of downloading than after it. */
async function checkRoom(cache: HubCache, bytes: number): Promise<void> {
  const disk = await statfs(cache.lock);
  const free = disk.bavail * disk.bsize;
  if (disk.blocks === 0 || free >= bytes) return;
  throw new ThinkbitsError({
    code: 'disk/full',
    category: 'machine',
    message: `The download takes ${bytes} bytes, and the disk of the cache has ${free}. Nothing was written.`,
    help: 'Free disk space, or set HF_HOME to a folder on a larger disk.',
    details: { bytes, free },
  });
}

/** The one aggregate event over files of which some start over: what is done never falls. */
function createAggregate(total: number, emit: (event: Progress) => void) {
  const done = new Map<string, number>();
  const step = Math.max(1, Math.floor(total / 200)); // a listener that draws need not see every packet
  let told = -1;
  return (file: string, bytes: number): void => {
    done.set(file, bytes);
    const sum = [...done.values()].reduce((a, b) => a + b, 0);
    if (told >= 0 && sum < told + step && !(sum === total && told < total)) return;
    told = sum;
    emit({ type: 'advance', done: sum, total, unit: 'bytes', note: file });
  };
}

/** Brings files into a snapshot, after saying how many bytes that takes; what is there is not asked for. */
export async function fetchFiles(
  download: RepositoryDownload,
  commit: string,
  files: readonly HubFile[],
): Promise<void> {
  const { repository, cache, emit } = download;
  const missing: HubFile[] = [];
  for (const file of files) {
    if (!(await cache.has(commit, file.path, file.size))) missing.push(file);
  }
  if (missing.length === 0) return;
  const total = missing.reduce((sum, { size }) => sum + size, 0);
  const partial = await Promise.all(missing.map(({ digest }) => cache.partialSize(digest.value)));
  await checkRoom(cache, total - partial.reduce((sum, size) => sum + size, 0));
  emit({ type: 'plan', label: `Download ${repository}`, total, unit: 'bytes' });
  const advance = createAggregate(total, emit);
  for (const file of missing) {
    await fetchFile(download, commit, file, (done) => advance(file.path, done));
    advance(file.path, file.size);
  }
}

/**
 * Fills a snapshot while no other process writes to it, and notes what the revision stands for.
 * @returns the commit
 */
export async function downloadSnapshot(
  download: RepositoryDownload,
  commit: string,
  fill: () => Promise<void>,
): Promise<string> {
  const { revision, cache } = download;
  const lock = await waitForLock(download);
  try {
    await fill();
    await cache.setRef(revision, commit);
  } finally {
    await lock.release();
  }
  return commit;
}
