import { createRandom } from '@thinkbits/numerics';
import type { StageContext } from '@thinkbits/spec';
import { tinyModel } from './tiny-model.js';

/** What a stage is handed for the block or linear of this name; its random numbers depend on the name alone. */
export function tinyContext(name: string, signal?: AbortSignal): StageContext {
  return {
    model: tinyModel,
    random: createRandom(0).fork(name),
    emit() {},
    ...(signal && { signal }),
  };
}
