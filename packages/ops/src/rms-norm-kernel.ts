import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { hostMemory } from './host-memory.js';
import type { RmsNormAttributes } from './rms-norm.js';

/** Normalizes `count` rows of `width` elements; sums in float64. */
export function normalizeRows(
  x: Float32Array,
  weight: Float32Array,
  y: Float32Array,
  count: number,
  width: number,
  epsilon: number,
): void {
  for (let row = 0; row < count; row++) {
    const start = row * width;
    let sum = 0;
    for (let i = 0; i < width; i++) {
      const value = x[start + i] as number;
      sum += value * value;
    }
    const scale = 1 / Math.sqrt(sum / width + epsilon);
    for (let i = 0; i < width; i++)
      y[start + i] = (x[start + i] as number) * scale * (weight[i] as number);
  }
}

/** `RmsNorm` for backends in host memory. */
export const rmsNormKernel: KernelFunc = ({ inputs, backend, attrs }) => {
  const { x, weight } = inputs as { x: TensorInfo; weight: TensorInfo };
  const memory = hostMemory(backend);
  const output = memory.allocate(x.shape);
  const [count, width] = x.shape as [number, number];
  const { epsilon } = attrs as unknown as RmsNormAttributes;
  normalizeRows(memory.view(x), memory.view(weight), memory.view(output), count, width, epsilon);
  return output;
};
