import { stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { nearestName, ThinkbitsError, throwIfAborted } from '@thinkbits/spec';
import { checkFileName } from '../check-file-name.js';
import { formatHubLocation, parseHubLocation } from './hub/hub-location.js';
import { type HubOptions, prepareDownload } from './hub/hub-options.js';
import {
  downloadSnapshot,
  fetchFiles,
  type RepositoryDownload,
} from './hub/repository-download.js';

/** `owner/name[@revision]:FILE`, a file of a hub data set; undefined for any other text. */
export function parseDatasetFile(
  text: string,
): { readonly dataset: string; readonly file: string } | undefined {
  const [, dataset, file] = /^([\w.-]+\/[\w.-]+(?:@[^:]+)?):([^:]+)$/.exec(text) ?? [];
  return dataset === undefined || file === undefined ? undefined : { dataset, file };
}

async function download(work: RepositoryDownload, file: string): Promise<string> {
  const { client, repository } = work;
  const commit = await client.commit();
  const folder = posix.dirname(file);
  const files = await client.files(commit, folder === '.' ? undefined : folder);
  const found = files.find(({ path }) => path === file);
  if (!found) {
    const names = files.map(({ path }) => path);
    const near = nearestName(file, names);
    throw new ThinkbitsError({
      code: 'hub/no-such-file',
      message: `The data set ${repository} has no file ${file}.`,
      help: near
        ? `Did you mean "${near}"?`
        : `It has ${names.slice(0, 20).join(', ') || 'no files'} in that folder.`,
      details: { file, files: names.slice(0, 50) },
    });
  }
  return downloadSnapshot(work, commit, () => fetchFiles(work, commit, [found]));
}

/**
 * One file of a hub data set, downloaded into the cache that all Hugging Face tools share; what is
 * there already is not asked for again.
 *
 * @param location `owner/name[@revision]`
 * @param file its path in the repository
 * @returns where it lies
 * @throws ThinkbitsError `location/not-a-data-set`, `hub/no-such-file`, `hub/offline`, `hub/…`,
 *   `checkpoint/unsafe-path`, `disk/…`, `run/aborted`
 */
export async function openDatasetFile(
  location: string,
  file: string,
  options: HubOptions = {},
): Promise<string> {
  throwIfAborted(options.signal);
  const place = parseHubLocation(location, 'dataset');
  if (!place) {
    throw new ThinkbitsError({
      code: 'location/not-a-data-set',
      message: `"${location}" is no hub id (OWNER/NAME[@REVISION]) of a data set.`,
      help: 'Check the spelling.',
      details: { location },
    });
  }
  for (const part of [...place.revision.split('/'), ...file.split('/')])
    checkFileName(part, `The data set ${location}`);
  const { cache, offline, download: prepare } = prepareDownload(place, options);
  if (!offline) return join(cache.snapshot(await download(prepare(), file)), file);
  const commit = await cache.ref(place.revision);
  const path = commit === undefined ? undefined : join(cache.snapshot(commit), file);
  if (path !== undefined && (await stat(path).catch(() => undefined))) return path;
  throw new ThinkbitsError({
    code: 'hub/offline',
    message: `${file} of ${formatHubLocation(place)} was not downloaded before, and HF_HUB_OFFLINE forbids to ask for it.`,
    help: 'Unset HF_HUB_OFFLINE and run again with a network, or name a local file.',
    details: { location, file },
  });
}
