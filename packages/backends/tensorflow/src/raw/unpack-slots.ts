import type { Handle, RawTf } from './raw-tf.js';

/**
 * The slots of bytes, each as a byte of its own: planes side by side along the last dimension, that of the low bits first.
 * A mask and a shift of the whole tensor and one concatenation, where interleaved slots would take a `Pack`, which has no
 * 8-bit kernel on the GPU (tfjs.md §13.5).
 * @param bytes uint8 `[…, n]`; where `slot` is 8 the result itself
 * @param slot bits, 1, 2, 4 or 8
 * @returns uint8 `[…, 8 / slot · n]`
 */
export function unpackSlots(raw: RawTf, bytes: Handle, slot: number): Handle {
  const planes = 8 / slot;
  if (planes === 1) return bytes;
  const parts = Array.from({ length: planes }, (_, plane) => {
    const low = plane === 0 ? bytes : raw.rightShift(bytes, plane * slot);
    return plane === planes - 1 ? low : raw.bitwiseAnd(low, 2 ** slot - 1);
  });
  return raw.concat(parts, bytes.shape.length - 1);
}
