import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { indexFile } from '../../locate-tensors.js';
import type { HubFile } from './hub-client.js';
import {
  downloadSnapshot,
  fetchFile,
  fetchFiles,
  type RepositoryDownload,
} from './repository-download.js';
import { isSharded, selectDescriptions, selectFiles } from './select-files.js';

/** A model that is to come into the cache. */
export interface ModelDownload extends RepositoryDownload {
  /** Only what describes the model: no weights, no tokenizer. */
  readonly descriptionOnly: boolean;
}

async function chooseFiles(
  download: ModelDownload,
  commit: string,
  listed: ReadonlyMap<string, HubFile>,
): Promise<HubFile[]> {
  const { repository, cache } = download;
  const names = [...listed.keys()];
  const chosen = (files: readonly string[]) => files.map((name) => listed.get(name) as HubFile);
  if (download.descriptionOnly) return chosen(selectDescriptions(names));
  // The index says which of the weights belong to the model, so it comes before the plan.
  let index: string | undefined;
  if (isSharded(names)) {
    await fetchFile(download, commit, listed.get(indexFile) as HubFile);
    index = await readFile(join(cache.snapshot(commit), indexFile), 'utf8');
  }
  return chosen(selectFiles(repository, names, index));
}

/**
 * Brings what opening a model takes into the cache; what is there already is not asked for again.
 * @returns the commit whose snapshot is now complete
 */
export async function downloadModel(download: ModelDownload): Promise<string> {
  const { client } = download;
  const commit = await client.commit();
  const files = await client.files(commit);
  const listed = new Map(files.map((file) => [file.path, file]));
  return downloadSnapshot(download, commit, async () => {
    await fetchFiles(download, commit, await chooseFiles(download, commit, listed));
  });
}
