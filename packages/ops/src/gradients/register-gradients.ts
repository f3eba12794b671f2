import { getGradient, registerGradient, unregisterGradient } from '@tensorflow/tfjs-core';
import { gradients } from './gradients.js';

/**
 * Of these, `@tensorflow/tfjs` 4.22 has gradients that do not sum over broadcast dimensions, and end in an error there. It comes
 * into the process with tfjs-node.
 */
const withoutBroadcast = new Set(['Maximum', 'Minimum']);

/**
 * Registers the gradients that training needs, for all backends; those that the process has already, from `@tensorflow/tfjs`
 * for example, stay, but for two that fail where shapes are broadcast. Safe to repeat.
 */
export function registerGradients(): void {
  for (const gradient of gradients) {
    const { kernelName } = gradient;
    const present = getGradient(kernelName) !== undefined;
    if (present && !withoutBroadcast.has(kernelName)) continue;
    if (present) unregisterGradient(kernelName);
    registerGradient(gradient);
  }
}
