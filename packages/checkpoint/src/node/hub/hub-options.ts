import type { Progress } from '@thinkbits/spec';
import { defaultCacheDirectory, type HubCache, openHubCache } from './hub-cache.js';
import { createHubClient } from './hub-client.js';
import { formatHubLocation, type HubLocation } from './hub-location.js';
import type { RepositoryDownload } from './repository-download.js';

/** How a hub is reached; the environment variables are those of every Hugging Face tool. */
export interface HubOptions {
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

/** The cache of a repository, whether it is all that may be used, and how to download into it. */
export function prepareDownload(
  location: HubLocation,
  options: HubOptions,
): {
  readonly cache: HubCache;
  readonly offline: boolean;
  download(): RepositoryDownload;
} {
  const { env } = process;
  const { signal } = options;
  const cache = openHubCache(options.cacheDirectory ?? defaultCacheDirectory(), location);
  const offline = options.offline ?? /^(1|on|yes|true)$/i.test(env.HF_HUB_OFFLINE ?? '');
  const download = (): RepositoryDownload => {
    const token = options.token ?? (env.HF_TOKEN || undefined);
    const endpoint = options.endpoint ?? (env.HF_ENDPOINT || 'https://huggingface.co');
    return {
      repository: formatHubLocation(location),
      revision: location.revision,
      client: createHubClient(location, {
        endpoint: endpoint.replace(/\/+$/, ''),
        fetch: options.fetch ?? fetch,
        ...(token && { token }),
        ...(signal && { signal }),
      }),
      cache,
      emit: (event) => options.emit?.(event),
      ...(signal && { signal }),
      retries: options.retries ?? 4,
      retryPause: options.retryPause ?? 1000,
    };
  };
  return { cache, offline, download };
}
