import { type ThinkbitsError, throwIfAborted } from '@thinkbits/spec';
import type { PipSettings } from './pip-settings.js';
import { setupError } from './setup-error.js';
import type { Wheel } from './wheels.js';

/** How an index is spoken to. */
export interface IndexOptions {
  readonly settings: PipSettings;
  readonly fetch: typeof fetch;
  readonly signal?: AbortSignal | undefined;
}

/** A file of an index, with the credentials that its address carried. */
export interface LocatedWheel {
  readonly url: string;
  readonly authorization?: string;
}

/** Takes user and password out of an address: fetch refuses addresses that contain them. */
function splitCredentials(address: string): LocatedWheel {
  const url = new URL(address);
  const { username, password } = url;
  if (username === '' && password === '') return { url: address };
  url.username = url.password = '';
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { url: url.href, authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

const hostOf = (url: string): string => new URL(url).host;

function unreachable(error: unknown, url: string, { certificates }: PipSettings): ThinkbitsError {
  const { cause, message } = error as Error;
  const reason = (cause as NodeJS.ErrnoException | undefined)?.code ?? message;
  const trust = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(reason);
  const help = trust
    ? `Node does not trust the certificate: start it with NODE_EXTRA_CA_CERTS=${certificates ?? 'FILE'}.`
    : 'Check the network. A mirror is named by PIP_INDEX_URL or in pip.conf; a proxy by HTTPS_PROXY with NODE_USE_ENV_PROXY=1 (Node 24). Run again: what came is kept.';
  return setupError('unreachable', `${hostOf(url)} cannot be reached (${reason}).`, help, {
    details: { host: hostOf(url), reason },
    cause: error,
  });
}

/**
 * One request to an index or its files; the answer’s status is one of `accepted`, or 2xx.
 * @throws ThinkbitsError `setup/unreachable`, `setup/server-error`
 */
export async function requestIndex(
  { url, authorization }: LocatedWheel,
  headers: { readonly [name: string]: string },
  { settings, fetch, signal }: IndexOptions,
  accepted: readonly number[] = [],
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, {
      headers: { ...headers, ...(authorization && { authorization }) },
      ...(signal && { signal }),
    });
  } catch (error) {
    throwIfAborted(signal);
    throw unreachable(error, url, settings);
  }
  if (response.ok || accepted.includes(response.status)) return response;
  await response.body?.cancel();
  throw setupError(
    'server-error',
    `${hostOf(url)} answered ${response.status} for ${new URL(url).pathname}.`,
    response.status === 401 || response.status === 403
      ? 'Put user and password into PIP_INDEX_URL, as for pip.'
      : 'Run the same command again later; what came is kept.',
    { details: { status: response.status } },
  );
}

/** The address of a file in an index’s answer: JSON (PEP 691) or a page of links (PEP 503). */
export function findInListing(content: string, type: string, file: string): string | undefined {
  if (/json/.test(type)) {
    const { files } = JSON.parse(content) as { files: { filename: string; url: string }[] };
    return files.find(({ filename }) => filename === file)?.url;
  }
  for (const [, address = ''] of content.matchAll(/<a\b[^>]*\bhref\s*=\s*["']([^"']+)["']/gi)) {
    const url = address.replaceAll('&amp;', '&').split('#')[0] as string;
    if (decodeURIComponent(url.split('?')[0]?.split('/').at(-1) ?? '') === file) return url;
  }
  return undefined;
}

/**
 * Asks the indexes of pip’s settings for a wheel, in order.
 * @throws ThinkbitsError `setup/not-in-index`, `setup/unreachable`, `setup/server-error`
 */
export async function locateWheel(wheel: Wheel, options: IndexOptions): Promise<LocatedWheel> {
  const accept = 'application/vnd.pypi.simple.v1+json, text/html;q=0.5';
  const { indexes } = options.settings;
  for (const index of indexes) {
    const page = splitCredentials(`${index.replace(/\/$/, '')}/${wheel.project}/`);
    const response = await requestIndex(page, { accept }, options, [404]);
    if (response.status === 404) {
      await response.body?.cancel();
      continue;
    }
    const type = response.headers.get('content-type') ?? '';
    const address = readListing(await response.text(), type, wheel.file, page.url);
    if (address === undefined) continue;
    const found = splitCredentials(new URL(address, response.url || page.url).href);
    // Credentials of an index serve its own files, and nobody else’s.
    const own = new URL(found.url).origin === new URL(page.url).origin;
    return own && page.authorization ? { ...page, ...found } : found;
  }
  throw setupError(
    'not-in-index',
    `${wheel.file} is not in ${indexes.map((index) => hostOf(index)).join(', ')}.`,
    'Name an index that has it: PIP_INDEX_URL=https://… as for pip.',
    { details: { project: wheel.project, file: wheel.file } },
  );
}

function readListing(content: string, type: string, file: string, url: string): string | undefined {
  try {
    return findInListing(content, type, file);
  } catch (error) {
    throw setupError(
      'bad-answer',
      `${hostOf(url)} does not answer like a package index (${(error as Error).message}).`,
      'Check PIP_INDEX_URL, and whether a login page stands in between.',
      { cause: error },
    );
  }
}
