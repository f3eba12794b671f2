import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ThinkbitsError, throwIfAborted } from '@thinkbits/spec';
import { checkFileName } from '../check-file-name.js';
import type { ModelFiles } from '../model-files.js';
import { describeNeighbours } from './describe-neighbours.js';
import { folderFiles } from './folder-files.js';
import { downloadModel } from './hub/download-model.js';
import { formatHubLocation, type HubLocation, parseHubLocation } from './hub/hub-location.js';
import { type HubOptions, prepareDownload } from './hub/hub-options.js';
import { openOffline } from './hub/open-offline.js';

/** Options of {@link openModelFiles}. */
export interface OpenModelFilesOptions extends HubOptions {
  /** Branch, tag or commit of a hub model, unless the location names one; `main`. */
  readonly revision?: string;
  /** Of a hub model only config.json and thinkbits.json are downloaded: enough to describe and plan. */
  readonly descriptionOnly?: boolean;
}

/** Locations that can only mean a path: they begin with a dot, a slash, a tilde or a drive. */
const pathPattern = /^(?:[./~\\]|[a-z]:)/i;

async function refuse(location: string): Promise<never> {
  throw new ThinkbitsError({
    code: 'location/not-found',
    message: `"${location}" is no hub id (OWNER/NAME[@REVISION]), and no folder ${resolve(location)}.`,
    help: await describeNeighbours(location),
    details: { location, folder: resolve(location) },
  });
}

async function openHub(
  location: string,
  parsed: HubLocation,
  options: OpenModelFilesOptions,
): Promise<ModelFiles> {
  const revision = options.revision ?? parsed.revision;
  for (const part of revision.split('/')) checkFileName(part, `The revision of ${location}`);
  const place = { ...parsed, revision };
  const model = formatHubLocation(place);
  const { descriptionOnly = false } = options;
  const { cache, offline, download } = prepareDownload(place, options);
  const commit = offline
    ? await openOffline(model, revision, cache, descriptionOnly)
    : await downloadModel({ ...download(), descriptionOnly });
  return folderFiles(cache.snapshot(commit), model);
}

/** What a hub says of a mistyped path such as `models/qwem`, which reads as a hub id. */
const perhapsPath = ['hub/not-found', 'hub/unauthorized', 'hub/unreachable', 'hub/offline'];

/** Says of a model that no hub gave that there is no such folder either. */
async function alsoFolder(location: string, error: unknown): Promise<unknown> {
  if (!ThinkbitsError.isInstance(error) || !perhapsPath.includes(error.code)) return error;
  return new ThinkbitsError({
    code: error.code,
    category: error.category,
    message: `${error.message} There is no folder "${resolve(location)}" either.`,
    help: `${error.help} ${await describeNeighbours(location)}`,
    ...(error.details !== undefined && { details: error.details }),
    cause: error,
  });
}

/**
 * The files of a model: of a folder, or of a hub model, which is downloaded into the cache that all Hugging
 * Face tools share. Only what opening it takes is downloaded; a broken download goes on where it stopped;
 * every file's hash is checked.
 *
 * @param location a folder, or `owner/name[@revision]`
 * @throws ThinkbitsError `location/not-found`, `location/not-a-folder`, `hub/…`, `disk/…`, `run/aborted`
 */
export async function openModelFiles(
  location: string,
  options: OpenModelFilesOptions = {},
): Promise<ModelFiles> {
  throwIfAborted(options.signal);
  const found = await stat(location).catch(() => undefined);
  if (found?.isDirectory()) return folderFiles(location);
  if (found) {
    throw new ThinkbitsError({
      code: 'location/not-a-folder',
      message: `"${location}" is a file, not the folder of a model.`,
      help: `Point at the folder that holds it: ${dirname(resolve(location))}`,
      details: { location },
    });
  }
  const parsed = pathPattern.test(location) ? undefined : parseHubLocation(location);
  if (!parsed) return refuse(location);
  try {
    return await openHub(location, parsed, options);
  } catch (error) {
    throw await alsoFolder(location, error);
  }
}
