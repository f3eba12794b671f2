import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ThinkbitsError } from '@thinkbits/spec';
import { indexFile } from '../../locate-tensors.js';
import type { HubCache } from './hub-cache.js';
import { isSharded, selectFiles } from './select-files.js';

/**
 * Finds a model that was downloaded before, without asking anybody.
 * @returns its commit
 * @throws ThinkbitsError `hub/offline` when it is not in the cache, `hub/no-weights` or
 *   `checkpoint/missing-shard` when only a part of it is
 */
export async function openOffline(
  model: string,
  revision: string,
  cache: HubCache,
  descriptionOnly: boolean,
): Promise<string> {
  const commit = await cache.ref(revision);
  const files = commit === undefined ? [] : await cache.files(commit);
  if (commit === undefined || files.length === 0) {
    throw new ThinkbitsError({
      code: 'hub/offline',
      message: `${model} was not downloaded before, and HF_HUB_OFFLINE forbids to ask for it.`,
      help: 'Unset HF_HUB_OFFLINE and run again with a network, or point at a folder.',
      details: { model, revision },
    });
  }
  if (descriptionOnly) return commit;
  const index = isSharded(files)
    ? await readFile(join(cache.snapshot(commit), indexFile), 'utf8')
    : undefined;
  selectFiles(`The downloaded part of ${model}`, files, index);
  return commit;
}
