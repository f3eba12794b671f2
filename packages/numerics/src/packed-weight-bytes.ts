import type { WeightScheme } from '@thinkbits/spec';
import { groupCount } from './group-count.js';
import { packedWords } from './pack-codes.js';

/** Scales of a weight that are stored: one for `tensor`, else one per row and group. */
export function storedScales(
  rows: number,
  columns: number,
  { group }: Pick<WeightScheme, 'group'>,
): number {
  return group === 'tensor' ? 1 : rows * groupCount(columns, group);
}

/**
 * Bytes of a packed weight: codes in 32-bit words, each row padded to whole ones; scales in a byte where the format
 * has such, else in float32; zero points and the scale of a whole tensor in float32.
 */
export function packedWeightBytes(rows: number, columns: number, scheme: WeightScheme): number {
  const { bits, symmetric, float } = scheme;
  const scales = storedScales(rows, columns, scheme);
  const scaleBytes = float && float.scale !== 'float32' ? 1 : 4;
  const tensorScale = float?.scale === 'e4m3' ? 4 : 0;
  const zeros = symmetric ? 0 : 4 * scales;
  return 4 * rows * packedWords(columns, bits) + scaleBytes * scales + zeros + tensorScale;
}
