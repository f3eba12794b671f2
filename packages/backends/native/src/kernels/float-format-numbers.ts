import type { FloatFormat } from '@thinkbits/spec';

const elements = ['e2m1', 'e4m3', 'e5m2'] as const;
const scales = ['float32', 'power', 'rounded power', 'e4m3'] as const;

/** Element and scale of a format as `FloatElement` and `FloatScale` of native/kernels.h count them. */
export function floatFormatNumbers({ element, scale, scaleRule }: FloatFormat): [number, number] {
  const power = scaleRule === 'round' ? 'rounded power' : 'power';
  return [elements.indexOf(element), scales.indexOf(scale === 'e8m0' ? power : scale)];
}
