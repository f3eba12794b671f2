import type { SelectedBackend } from '@thinkbits/inference';
import { ThinkbitsError } from '@thinkbits/spec';
import type { SharedOptions } from './options/shared-options.js';

/**
 * Puts this process on the backend that the options ask for, else on the best one.
 * @throws ThinkbitsError `backend/unavailable`, `compute/unavailable`
 */
export async function chooseBackend(
  options: Pick<SharedOptions, 'backend' | 'compute'>,
): Promise<SelectedBackend> {
  const { selectBackend } = await import('@thinkbits/inference');
  const selected = await selectBackend(options.backend ? { name: options.backend } : {});
  if (options.compute !== 'f32') {
    throw new ThinkbitsError({
      code: 'compute/unavailable',
      category: 'machine',
      message: `The backend "${selected.name}" does not compute in ${options.compute}.`,
      help: 'Leave --compute out: every backend computes in f32.',
      details: { backend: selected.name, compute: options.compute },
    });
  }
  return selected;
}
