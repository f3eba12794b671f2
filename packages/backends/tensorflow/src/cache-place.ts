import { chooseWord } from './choose-word.js';

/** Where keys and values are kept: in TensorFlow's memory, or packed in the host's. */
export type CachePlace = 'device' | 'host';

/** The environment variable that decides where no option does. */
export const cachePlaceVariable = 'THINKBITS_TENSORFLOW_CACHE';

const choice = {
  words: ['device', 'host'],
  what: 'place of the cache',
  detail: 'places',
  variable: cachePlaceVariable,
  code: 'tensorflow/cache-place',
} as const;

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
  return chooseWord<CachePlace>(choice, asked, environment) ?? (gpu ? 'device' : 'host');
}
