import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { hostMemory } from './host-memory.js';
import type { RotaryAttributes } from './rotary-embedding.js';

/** `RotaryEmbedding` for backends in host memory. */
export const rotaryEmbeddingKernel: KernelFunc = ({ inputs, backend, attrs }) => {
  const { x } = inputs as { x: TensorInfo };
  const { table, positions } = attrs as unknown as RotaryAttributes;
  const { half, cosines, sines } = table;
  const memory = hostMemory(backend);
  const output = memory.allocate(x.shape);
  const from = memory.view(x);
  const to = memory.view(output);
  const [tokens, width] = x.shape as [number, number];
  for (let token = 0; token < tokens; token++) {
    const row = (positions[token] as number) * half;
    for (let start = token * width; start < (token + 1) * width; start += 2 * half) {
      for (let i = 0; i < half; i++) {
        const cosine = cosines[row + i] as number;
        const sine = sines[row + i] as number;
        const a = from[start + i] as number;
        const b = from[start + half + i] as number;
        to[start + i] = a * cosine - b * sine;
        to[start + half + i] = b * cosine + a * sine;
      }
    }
  }
  return output;
};
