import { readFile, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Progress, ThinkbitsError, throwIfAborted } from '@thinkbits/spec';
import { indexFile } from '../../locate-tensors.js';
import { type DirectoryLock, lockDirectory } from '../lock-directory.js';
import { downloadBlob } from './download-blob.js';
import type { HubCache } from './hub-cache.js';
import type { HubClient, HubFile } from './hub-client.js';
import { isSharded, selectFiles } from './select-files.js';

/** A model that is to come into the cache. */
export interface ModelDownload {
  /** Names the model in messages. */
  readonly model: string;
  readonly revision: string;
  readonly client: HubClient;
  readonly cache: HubCache;
  readonly emit: (event: Progress) => void;
  readonly signal?: AbortSignal;
  readonly retries: number;
  readonly retryPause: number;
}

const lockPoll = 500; // milliseconds

/** Two processes that want the same model: the second waits and finds it done. */
async function waitForLock({ model, cache, emit, signal }: ModelDownload): Promise<DirectoryLock> {
  for (let waits = 0; ; waits++) {
    throwIfAborted(signal);
    try {
      return await lockDirectory(cache.lock);
    } catch (error) {
      if (!ThinkbitsError.isInstance(error) || error.code !== 'directory/in-use') throw error;
      if (waits === 0) {
        emit({ type: 'note', message: `Another process downloads ${model}; waiting for it.` });
      }
    }
    await sleep(lockPoll, undefined, signal && { signal }).catch(() => throwIfAborted(signal));
  }
}

/** Brings one file into a snapshot. */
async function fetchFile(
  download: ModelDownload,
  commit: string,
  file: HubFile,
  onProgress: (done: number) => void = () => {},
): Promise<void> {
  const { model, client, cache } = download;
  const hash = file.digest.value;
  if (await cache.has(commit, file.path, file.size)) return;
  if (!(await cache.hasBlob(hash, file.size))) {
    await downloadBlob({
      ...download,
      label: `${model}: ${file.path}`,
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

/** Brings every needed file into a snapshot, after saying how many bytes that takes. */
async function fillSnapshot(
  download: ModelDownload,
  commit: string,
  listed: ReadonlyMap<string, HubFile>,
): Promise<void> {
  const { model, cache, emit } = download;
  const names = [...listed.keys()];
  // The index says which of the weights belong to the model, so it comes before the plan.
  let index: string | undefined;
  if (isSharded(names)) {
    await fetchFile(download, commit, listed.get(indexFile) as HubFile);
    index = await readFile(join(cache.snapshot(commit), indexFile), 'utf8');
  }
  const missing: HubFile[] = [];
  for (const name of selectFiles(model, names, index)) {
    const file = listed.get(name) as HubFile;
    if (!(await cache.has(commit, name, file.size))) missing.push(file);
  }
  if (missing.length === 0) return;
  const total = missing.reduce((sum, { size }) => sum + size, 0);
  const partial = await Promise.all(missing.map(({ digest }) => cache.partialSize(digest.value)));
  await checkRoom(cache, total - partial.reduce((sum, size) => sum + size, 0));
  emit({ type: 'plan', label: `Download ${model}`, total, unit: 'bytes' });
  const advance = createAggregate(total, emit);
  for (const file of missing) {
    await fetchFile(download, commit, file, (done) => advance(file.path, done));
    advance(file.path, file.size);
  }
}

/**
 * Brings what opening a model takes into the cache; what is there already is not asked for again.
 * @returns the commit whose snapshot is now complete
 */
export async function downloadModel(download: ModelDownload): Promise<string> {
  const { revision, client, cache } = download;
  const commit = await client.commit();
  const files = await client.files(commit);
  const lock = await waitForLock(download);
  try {
    await fillSnapshot(download, commit, new Map(files.map((file) => [file.path, file])));
    await cache.setRef(revision, commit);
  } finally {
    await lock.release();
  }
  return commit;
}
