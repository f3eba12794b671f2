import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Progress, ThinkbitsError, throwIfAborted } from '@thinkbits/spec';
import { checkFileName } from '../check-file-name.js';
import type { ModelFiles } from '../model-files.js';
import { describeNeighbours } from './describe-neighbours.js';
import { folderFiles } from './folder-files.js';
import { downloadModel } from './hub/download-model.js';
import { defaultCacheDirectory, openHubCache } from './hub/hub-cache.js';
import { createHubClient } from './hub/hub-client.js';
import { formatHubLocation, type HubLocation, parseHubLocation } from './hub/hub-location.js';
import { openOffline } from './hub/open-offline.js';

/** Options of {@link openModelFiles}; the environment variables are those of every Hugging Face tool. */
export interface OpenModelFilesOptions {
  /** Branch, tag or commit of a hub model, unless the location names one; `main`. */
  readonly revision?: string;
  readonly signal?: AbortSignal;
  /**
   * Told how a download goes: `plan` with all bytes, then `advance`. Silent when nothing has to be
   * downloaded.
   */
  emit?(event: Progress): void;
  /** The platform's `fetch`. */
  readonly fetch?: typeof fetch;
  /** HF_HUB_CACHE, else HF_HOME/hub, else ~/.cache/huggingface/hub. */
  readonly cacheDirectory?: string;
  /** Whether to use the cache alone; HF_HUB_OFFLINE. */
  readonly offline?: boolean;
  /** HF_ENDPOINT, else https://huggingface.co. */
  readonly endpoint?: string;
  /** HF_TOKEN. */
  readonly token?: string;
  /** How often a broken connection is taken up again before the call fails; 4. */
  readonly retries?: number;
  /** Milliseconds before the first retry, doubling with each; 1000. */
  readonly retryPause?: number;
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
  const { env } = process;
  const { signal } = options;
  const revision = options.revision ?? parsed.revision;
  for (const part of revision.split('/')) checkFileName(part, `The revision of ${location}`);
  const place = { ...parsed, revision };
  const model = formatHubLocation(place);
  const cache = openHubCache(options.cacheDirectory ?? defaultCacheDirectory(), place);
  if (options.offline ?? /^(1|on|yes|true)$/i.test(env.HF_HUB_OFFLINE ?? '')) {
    return folderFiles(cache.snapshot(await openOffline(model, revision, cache)), model);
  }
  const token = options.token ?? (env.HF_TOKEN || undefined);
  const endpoint = options.endpoint ?? (env.HF_ENDPOINT || 'https://huggingface.co');
  const client = createHubClient(place, {
    endpoint: endpoint.replace(/\/+$/, ''),
    fetch: options.fetch ?? fetch,
    ...(token && { token }),
    ...(signal && { signal }),
  });
  const commit = await downloadModel({
    model,
    revision,
    client,
    cache,
    emit: (event) => options.emit?.(event),
    ...(signal && { signal }),
    retries: options.retries ?? 4,
    retryPause: options.retryPause ?? 1000,
  });
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
