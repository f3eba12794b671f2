import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { KvCache } from '@thinkbits/ops';
import type { Decoder } from '../decoder/decoder.js';

/** Tokens read at once. A row is always cut at multiples of this, so its result does not depend on anything else. */
const chunk = 512;

/**
 * Reads a prompt into the cache.
 * @param onChunk sees the hidden states of every chunk `[tokens, hidden]` and where it starts, before they are disposed
 * @returns the hidden states of the last chunk; the caller disposes them
 */
export function prefill(
  decoder: Decoder,
  ids: readonly number[],
  slot: number,
  cache: KvCache,
  onChunk?: (hidden: Tensor2D, start: number) => void,
): Tensor2D {
  for (let start = 0; ; start += chunk) {
    const tokens = ids.slice(start, start + chunk);
    const hidden = decoder.forward(tokens, [{ slot, start, count: tokens.length }], cache);
    onChunk?.(hidden, start);
    if (start + chunk >= ids.length) return hidden;
    hidden.dispose();
  }
}
