import type { TensorInfo } from '@tensorflow/tfjs-core';
import { hadamardFactors } from '@thinkbits/numerics';
import {
  type HadamardAttributes,
  hadamardOp,
  type QuantizeActivationsAttributes,
  quantizeActivationsOp,
} from '@thinkbits/ops';
import { type ActivationScheme, floatElementBits } from '@thinkbits/spec';
import { floatFormatNumbers } from './float-format-numbers.js';
import { installBefore, sizeOf } from './install.js';

/** The ratio of every group of a token, from those of equal slices of its channels. */
function ratios(clip: number | readonly number[], groups: number): Float32Array {
  if (typeof clip === 'number') return new Float32Array(groups).fill(clip);
  const perSlice = groups / clip.length;
  return Float32Array.from({ length: groups }, (_, g) => clip[Math.floor(g / perSlice)] as number);
}

/** Rounding of an input as the addon takes it; 0 bits stand for none. */
export interface InputRounding {
  readonly bits: number;
  readonly symmetric: boolean;
  /** Which part of the range codes cover, by group of a token. */
  readonly lows: Float32Array;
  readonly highs: Float32Array;
  /** {@link floatFormatNumbers} of codes that are floats; element -1 where they are integers. */
  readonly element: number;
  readonly scale: number;
}

/** @param width channels of the input @param group consecutive ones that share a grid; divides `width` */
export function roundingOf(
  scheme: ActivationScheme | undefined,
  width: number,
  group: number = width,
): InputRounding {
  if (!scheme) {
    const none = new Float32Array();
    return { bits: 0, symmetric: false, lows: none, highs: none, element: -1, scale: 0 };
  }
  const { bits, symmetric, clip, float } = scheme;
  const { low, high } = typeof clip === 'number' ? { low: clip, high: clip } : clip;
  const groups = width / group;
  const [element, scale] = float ? floatFormatNumbers(float) : [-1, 0];
  return {
    bits,
    symmetric,
    lows: ratios(low, groups),
    highs: ratios(high, groups),
    element,
    scale,
  };
}

/** Rounding of activations to integers or floats of few bits, and Hadamard transforms. */
export function installActivationKernels(): void {
  installBefore(quantizeActivationsOp.name, (inputs, attributes, backend) => {
    const { x } = inputs as { x: TensorInfo };
    const { scheme, group } = attributes as unknown as QuantizeActivationsAttributes;
    const [tokens, width] = x.shape as [number, number];
    const { float } = scheme;
    // a last group that is shorter, and bits that are not those of the elements, which the general kernel refuses
    if (width % group !== 0 || (float && floatElementBits[float.element] !== scheme.bits))
      return undefined;
    const { tensor, values } = backend.allocate(x.shape);
    const { bits, symmetric, lows, highs, element, scale } = roundingOf(scheme, width, group);
    const { addon } = backend;
    if (float) {
      const view = backend.view(x);
      addon.roundTokensToFloats(view, values, tokens, group, element, scale, lows, highs);
    } else addon.roundTokens(backend.view(x), values, tokens, group, bits, symmetric, lows, highs);
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
