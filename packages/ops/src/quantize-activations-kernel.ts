import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { dequantizeTokens, quantizeTokens } from '@thinkbits/numerics';
import { hostMemory } from './host-memory.js';
import type { QuantizeActivationsAttributes } from './quantize-activations.js';

/** `QuantizeActivations` for backends in host memory, code for code as `@thinkbits/numerics`. */
export const quantizeActivationsKernel: KernelFunc = ({ inputs, backend, attrs }) => {
  const { x } = inputs as { x: TensorInfo };
  const { scheme, group } = attrs as unknown as QuantizeActivationsAttributes;
  const memory = hostMemory(backend);
  const output = memory.allocate(x.shape);
  const [tokens, dimension] = x.shape as [number, number];
  const grid = {
    bits: scheme.bits,
    symmetric: scheme.symmetric,
    range: 'zero-inclusive' as const,
    clip: scheme.clip,
    group,
    ...(scheme.float && { float: scheme.float }),
  };
  const quantized = quantizeTokens(memory.view(x), tokens, dimension, grid);
  memory.view(output).set(dequantizeTokens(quantized));
  return output;
};
