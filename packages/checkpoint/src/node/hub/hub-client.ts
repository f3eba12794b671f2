import type { ListFileEntry } from '@huggingface/hub';
import { ThinkbitsError, throwIfAborted } from '@thinkbits/spec';
import { refusedRequest, unreachable } from './hub-error.js';
import { formatHubLocation, type HubLocation, hubPage } from './hub-location.js';

/** How the hub is spoken to. */
export interface HubClientOptions {
  /** `https://huggingface.co`, or a mirror. */
  readonly endpoint: string;
  readonly token?: string;
  readonly fetch: typeof fetch;
  readonly signal?: AbortSignal;
}

/** A file of a repository. */
export interface HubFile {
  readonly path: string;
  readonly size: number;
  /** What its bytes must hash to; also its name in the cache. */
  readonly digest: { readonly algorithm: 'sha256' | 'git-sha1'; readonly value: string };
}

/** The part of the hub's protocol that reading a repository takes. */
export interface HubClient {
  /** The commit that a revision stands for. */
  commit(): Promise<string>;
  /** The files of a folder of the repository: of its top where none is named. */
  files(commit: string, folder?: string): Promise<HubFile[]>;
  /** A file's bytes from `offset` on; the answer is 200 (all of it) or 206 (from there), or 416. */
  download(commit: string, path: string, offset: number): Promise<Response>;
}

const commitPattern = /^[0-9a-f]{40}$/;
const sha256Pattern = /^[0-9a-f]{64}$/;

/** Speaks to a hub about one model or data set; every failure is a coded error `hub/…`. */
export function createHubClient(location: HubLocation, options: HubClientOptions): HubClient {
  const model = formatHubLocation(location);
  const { kind, repository, revision } = location;
  const { endpoint, token, signal } = options;
  const repo = { type: kind, name: repository } as const;

  const request = async (url: string, init: RequestInit = {}, accepted: readonly number[] = []) => {
    // The hub's listing links to its next page by absolute address: the token goes to the endpoint alone.
    const authorized = token !== undefined && new URL(url).origin === new URL(endpoint).origin;
    const context = { location, url, authorized };
    const headers = new Headers(init.headers);
    if (authorized) headers.set('authorization', `Bearer ${token}`);
    let response: Response;
    try {
      response = await options.fetch(url, { ...init, headers, ...(signal && { signal }) });
    } catch (error) {
      throwIfAborted(signal);
      throw unreachable(error, context);
    }
    if (response.ok || accepted.includes(response.status)) return response;
    await response.body?.cancel();
    throw refusedRequest(response, context);
  };
  const call = { hubUrl: endpoint, fetch: request as typeof fetch };
  const badAnswer = (message: string, cause?: unknown) =>
    new ThinkbitsError({
      code: 'hub/bad-answer',
      category: 'machine',
      message: `${endpoint} does not answer like a hub for ${model}: ${message}`,
      help: 'Check HF_ENDPOINT, and whether a proxy or login page stands in between.',
      cause,
    });
  const explained = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throwIfAborted(signal);
      throw ThinkbitsError.isInstance(error) ? error : badAnswer((error as Error).message, error);
    }
  };

  const toHubFile = ({ path, size, oid, lfs }: ListFileEntry): HubFile => {
    const value = lfs?.oid ?? oid ?? '';
    // It becomes a file name in the cache.
    if (!(lfs ? sha256Pattern : commitPattern).test(value)) {
      throw badAnswer(`"${value}" is not the hash of ${path}.`);
    }
    const algorithm = lfs ? ('sha256' as const) : ('git-sha1' as const);
    return { path, size: lfs?.size ?? size, digest: { algorithm, value } };
  };

  return {
    async commit() {
      const { datasetInfo, modelInfo } = await import('@huggingface/hub');
      const asked = { ...call, name: repository, revision, additionalFields: ['sha' as const] };
      const info = await explained<{ sha: string }>(
        kind === 'dataset' ? datasetInfo(asked) : modelInfo(asked),
      );
      if (!commitPattern.test(info.sha)) throw badAnswer(`"${info.sha}" is not a commit.`);
      return info.sha;
    },
    async files(commit, folder) {
      const { listFiles } = await import('@huggingface/hub');
      const files: HubFile[] = [];
      const collect = async () => {
        for await (const entry of listFiles({
          ...call,
          repo,
          revision: commit,
          ...(folder !== undefined && { path: folder }),
        })) {
          if (entry.type === 'file') files.push(toHubFile(entry));
        }
        return files;
      };
      return explained(collect());
    },
    download(commit, path, offset) {
      const address = path.split('/').map(encodeURIComponent).join('/');
      return request(
        `${endpoint}/${hubPage(location)}/resolve/${commit}/${address}`,
        {
          headers: {
            // Sizes and offsets speak of the bytes as they are stored.
            'accept-encoding': 'identity',
            ...(offset > 0 && { range: `bytes=${offset}-` }),
          },
        },
        [416],
      );
    },
  };
}
