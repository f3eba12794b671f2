import { ThinkbitsError } from '@thinkbits/spec';

/** Where keys and values are kept: in TensorFlow's memory, or packed in the host's. */
export type CachePlace = 'device' | 'host';

const places: readonly string[] = ['device', 'host'] satisfies CachePlace[];

/** The environment variable that decides where no option does. */
export const cachePlaceVariable = 'THINKBITS_TENSORFLOW_CACHE';

/**
 * Where a cache is kept: as asked for, else as the environment says, else in the memory of the GPU, and on a CPU in the host's,
 * which is the same memory there.
 *
 * @throws ThinkbitsError `tensorflow/cache-place` (usage) for a word that is neither
 */
export function cachePlace(
  gpu: boolean,
  asked?: CachePlace,
  environment: NodeJS.ProcessEnv = process.env,
): CachePlace {
  const wanted = asked ?? (environment[cachePlaceVariable] || undefined);
  if (wanted === undefined) return gpu ? 'device' : 'host';
  if (places.includes(wanted)) return wanted as CachePlace;
  throw new ThinkbitsError({
    code: 'tensorflow/cache-place',
    category: 'usage',
    message: `"${wanted}" is not a place of the cache.`,
    help: `Set ${cachePlaceVariable} to device or host, or unset it.`,
    details: { wanted, places: [...places] },
  });
}
