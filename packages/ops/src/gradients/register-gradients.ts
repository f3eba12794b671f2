import { getGradient, registerGradient } from '@tensorflow/tfjs-core';
import { gradients } from './gradients.js';

/**
 * Registers the gradients that training needs, for all backends; those that the process has already, from `@tensorflow/tfjs`
 * for example, stay. Safe to repeat.
 */
export function registerGradients(): void {
  for (const gradient of gradients)
    if (!getGradient(gradient.kernelName)) registerGradient(gradient);
}
