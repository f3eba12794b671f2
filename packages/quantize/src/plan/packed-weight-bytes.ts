import { packedWeightBytes as packedBytes } from '@thinkbits/numerics';
import type { LinearInfo, WeightScheme } from '@thinkbits/spec';

/** Bytes of a linear's packed weight on disk (interface.md §3): what is packed, and the shape as two int64. */
export function packedWeightBytes(
  linear: Pick<LinearInfo, 'in' | 'out'>,
  scheme: WeightScheme,
): number {
  return packedBytes(linear.out, linear.in, scheme) + 16;
}
