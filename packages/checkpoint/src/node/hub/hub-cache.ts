import { copyFile, readdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { makeFolder } from '../make-folder.js';
import { writeFileAtomic } from '../write-file-atomic.js';
import type { HubLocation } from './hub-location.js';

/**
 * The folder that every Hugging Face tool of this account shares: HF_HUB_CACHE, else HF_HOME/hub, else
 * ~/.cache.
 */
export function defaultCacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const home = environment.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return (
    environment.HF_HUB_CACHE ??
    environment.HUGGINGFACE_HUB_CACHE ??
    join(environment.HF_HOME ?? join(home, 'huggingface'), 'hub')
  );
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

const hasSize = (path: string, size: number) =>
  stat(path).then(
    (found) => found.size === size,
    () => false,
  );

/** Where a blob lies until it is whole; Python's tools look for the same name. */
export const partialPath = (blob: string): string => `${blob}.incomplete`;

/** The size of a file, 0 when there is none. */
export const fileSize = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

/**
 * One repository's part of the cache: `blobs/HASH`, `snapshots/COMMIT/FILE` linking to them, `refs/REVISION`
 * naming commits.
 */
export interface HubCache {
  /** Where processes that download this repository exclude each other. */
  readonly lock: string;
  /** Where the bytes of this hash lie, or will. */
  blob(hash: string): string;
  snapshot(commit: string): string;
  /** Whether a snapshot has this file, of this size. */
  has(commit: string, file: string, size: number): Promise<boolean>;
  /** Whether these bytes are there, perhaps for another snapshot. */
  hasBlob(hash: string, size: number): Promise<boolean>;
  /** Bytes of a blob that an earlier attempt left. */
  partialSize(hash: string): Promise<number>;
  /** Puts a finished blob into a snapshot. */
  link(commit: string, file: string, hash: string): Promise<void>;
  /** Notes what a revision stands for. */
  setRef(revision: string, commit: string): Promise<void>;
  /** The commit of a revision that was downloaded before. */
  ref(revision: string): Promise<string | undefined>;
  /** The names in a snapshot; empty when there is none. */
  files(commit: string): Promise<string[]>;
}

/** Opens a repository's part of the cache, in the layout that Python's huggingface_hub writes and reads. */
export function openHubCache(directory: string, { kind, repository }: HubLocation): HubCache {
  const folder = `${kind}s--${repository.replaceAll('/', '--')}`;
  const root = join(directory, folder);
  const snapshot = (commit: string) => join(root, 'snapshots', commit);
  const blob = (hash: string) => join(root, 'blobs', hash);
  return {
    lock: join(directory, '.locks', folder),
    blob,
    snapshot,
    has: (commit, file, size) => hasSize(join(snapshot(commit), file), size),
    hasBlob: (hash, size) => hasSize(blob(hash), size),
    partialSize: (hash) => fileSize(partialPath(blob(hash))),
    async link(commit, file, hash) {
      const path = join(snapshot(commit), file);
      await makeFolder(dirname(path));
      await rm(path, { force: true });
      // Relative, so that the cache can be moved; copied where the platform allows no links (Windows).
      await symlink(relative(dirname(path), blob(hash)), path).catch(() =>
        copyFile(blob(hash), path),
      );
    },
    async setRef(revision, commit) {
      if (revision !== commit) await writeFileAtomic(join(root, 'refs', revision), commit);
    },
    async ref(revision) {
      if (await exists(snapshot(revision))) return revision;
      const text = await readFile(join(root, 'refs', revision), 'utf8').catch(() => undefined);
      return text?.trim();
    },
    files: (commit) => readdir(snapshot(commit)).catch(() => []),
  };
}
