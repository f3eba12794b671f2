import { type ErrorCategory, ThinkbitsError } from '@thinkbits/spec';
import {
  describeHubLocation,
  formatHubLocation,
  type HubLocation,
  hubPage,
} from './hub-location.js';

interface Explanation {
  readonly code: string;
  readonly category?: ErrorCategory;
  readonly message: string;
  readonly help: string;
}

/** What a request was about. */
export interface RequestContext {
  /** What was asked for. */
  readonly location: HubLocation;
  readonly url: string;
  readonly authorized: boolean;
}

function explain(response: Response, { location, url, authorized }: RequestContext): Explanation {
  const { status } = response;
  const model = formatHubLocation(location);
  const what = location.kind === 'dataset' ? 'data set' : 'model';
  const reason = response.headers.get('x-error-code');
  const host = new URL(url).host;
  if (status === 401 && !authorized) {
    return {
      code: 'hub/unauthorized',
      message: `${host} does not show ${model} (401): it does not exist, or is private or gated.`,
      help: `Check the spelling; for a private or gated ${what} set HF_TOKEN to a token that may read it.`,
    };
  }
  if (status === 401) {
    return {
      code: 'hub/unauthorized',
      message: `${host} refused the access token for ${model} (401).`,
      help: `Set HF_TOKEN to a valid token, or unset it if the ${what} is public.`,
    };
  }
  if (status === 403) {
    const page = `${new URL(url).origin}/${hubPage(location)}`;
    return {
      code: 'hub/forbidden',
      message: `${host} does not let this account read ${model} (403).`,
      help: `Ask for access on ${page}, and set HF_TOKEN to a token of that account.`,
    };
  }
  if (status === 404 && reason === 'RevisionNotFound') {
    return {
      code: 'hub/revision-not-found',
      message: `${model}: ${host} has no such revision (404).`,
      help: `Give a branch, a tag or a commit of the ${what} after "@", or leave it out for "main".`,
    };
  }
  if (status === 404) {
    return {
      code: 'hub/not-found',
      message: `${host} has no ${describeHubLocation(location)} (404).`,
      help: 'Check the spelling: OWNER/NAME[@REVISION], or the path of a folder.',
    };
  }
  if (status === 429) {
    return {
      code: 'hub/too-many-requests',
      category: 'machine',
      message: `${host} asks for fewer requests; ${model} has to wait (429).`,
      help: 'Wait some minutes and run again; finished parts are kept. A token in HF_TOKEN raises the limit.',
    };
  }
  return {
    code: 'hub/server-error',
    category: 'machine',
    message: `${host} answered ${status} ${response.statusText} for ${model}.`,
    help: 'Run again later; finished parts are kept.',
  };
}

/** The coded error of a refused request. */
export function refusedRequest(response: Response, context: RequestContext): ThinkbitsError {
  return new ThinkbitsError({
    ...explain(response, context),
    details: { status: response.status, url: context.url },
  });
}

/** The coded error of a request that got no answer. */
export function unreachable(error: unknown, { location, url }: RequestContext): ThinkbitsError {
  const { cause } = error as Error;
  const reason = (cause as NodeJS.ErrnoException | undefined)?.code ?? (error as Error).message;
  return new ThinkbitsError({
    code: 'hub/unreachable',
    category: 'machine',
    message: `${new URL(url).host} cannot be reached for ${formatHubLocation(location)} (${reason}).`,
    help: 'Check the network and HF_ENDPOINT. HF_HUB_OFFLINE=1 uses what was downloaded before.',
    details: { url, reason },
    cause: error,
  });
}
