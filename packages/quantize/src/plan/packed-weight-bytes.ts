import type { LinearInfo, WeightScheme } from '@thinkbits/spec';

/**
 * Bytes of a linear's packed weight on disk (interface.md §3): codes in 32-bit words, each row padded to
 * whole words, scales and zero points in float32, and the shape as two int64.
 */
export function packedWeightBytes(
  linear: Pick<LinearInfo, 'in' | 'out'>,
  scheme: WeightScheme,
): number {
  const words = Math.ceil((linear.in * scheme.bits) / 32);
  const groups = scheme.group === 'channel' ? 1 : Math.ceil(linear.in / scheme.group);
  const parameters = groups * (scheme.symmetric ? 1 : 2);
  return 4 * linear.out * (words + parameters) + 16;
}
