import {
  type FloatFormat,
  floatBlocks,
  floatElementBits,
  floatFormatName,
} from './float-format.js';

/** What of a scheme has to fit its float format. */
interface FloatScheme {
  readonly bits: number;
  readonly group?: number | 'channel' | 'tensor' | 'head';
  readonly symmetric: boolean;
  readonly float?: FloatFormat;
}

/** Says why the scheme of weights, activations, keys or values is none of its float format; undefined when it is, and for integers. */
export function floatFormatProblem(scheme: FloatScheme): string | undefined {
  const { bits, group, symmetric, float } = scheme;
  if (!float) return undefined;
  const name = floatFormatName(float);
  const block = floatBlocks[float.scale];
  if (bits !== floatElementBits[float.element]) {
    return `${name} has ${floatElementBits[float.element]} bits, and the scheme ${bits}`;
  }
  if (!symmetric) return `${name} is symmetric, and the scheme is not`;
  if (block !== undefined && group !== block) {
    return `${name} has a scale per ${block} elements, and the scheme groups ${group ?? 'all'}`;
  }
  if (float.scale !== 'e8m0' && float.scaleRule) {
    return `${name} has no scale rule, and the scheme asks for "${float.scaleRule}"`;
  }
  return undefined;
}
