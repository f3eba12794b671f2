import { getGradient, registerGradient, unregisterGradient } from '@tensorflow/tfjs-core';
import { gradients } from './gradients.js';

/**
 * Registers the gradients that training needs, for all backends, in the place of those that `@tensorflow/tfjs` brought, which
 * comes along with tfjs-node: its minimum and maximum fail where shapes are broadcast, and with the rest of them FlatQuant's
 * training left the reference's path. Safe to repeat.
 */
export function registerGradients(): void {
  for (const gradient of gradients) {
    if (getGradient(gradient.kernelName)) unregisterGradient(gradient.kernelName);
    registerGradient(gradient);
  }
}
