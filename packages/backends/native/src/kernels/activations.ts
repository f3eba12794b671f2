import type { TensorInfo } from '@tensorflow/tfjs-core';
import { hadamardFactors } from '@thinkbits/numerics';
import {
  type HadamardAttributes,
  hadamardOp,
  type QuantizeActivationsAttributes,
  quantizeActivationsOp,
} from '@thinkbits/ops';
import type { ActivationScheme } from '@thinkbits/spec';
import { installBefore, sizeOf } from './install.js';

/** The ratio of every group of a token, from those of equal slices of its channels. */
function ratios(clip: number | readonly number[], groups: number): Float32Array {
  if (typeof clip === 'number') return new Float32Array(groups).fill(clip);
  const perSlice = groups / clip.length;
  return Float32Array.from({ length: groups }, (_, g) => clip[Math.floor(g / perSlice)] as number);
}

const ends = ({ clip }: ActivationScheme) =>
  typeof clip === 'number' ? { low: clip, high: clip } : clip;

/** Rounding of activations to integers, and Hadamard transforms. */
export function installActivationKernels(): void {
  installBefore(quantizeActivationsOp.name, (inputs, attributes, backend) => {
    const { x } = inputs as { x: TensorInfo };
    const { scheme, group } = attributes as unknown as QuantizeActivationsAttributes;
    const [tokens, width] = x.shape as [number, number];
    if (scheme.float || width % group !== 0) return undefined;
    const { tensor, values } = backend.allocate(x.shape);
    const { bits, symmetric } = scheme;
    const { low, high } = ends(scheme);
    const groups = width / group;
    const [lows, highs] = [ratios(low, groups), ratios(high, groups)];
    backend.addon.roundTokens(backend.view(x), values, tokens, group, bits, symmetric, lows, highs);
    return tensor;
  });
  installBefore(hadamardOp.name, (inputs, attributes, backend) => {
    const { x } = inputs as { x: TensorInfo };
    const { size, transposed } = attributes as unknown as HadamardAttributes;
    const { base, power, signs } = hadamardFactors(size, transposed);
    const { tensor, values } = backend.allocate(x.shape);
    backend.addon.hadamard(backend.view(x), values, sizeOf(x.shape) / size, base, power, signs);
    return tensor;
  });
}
