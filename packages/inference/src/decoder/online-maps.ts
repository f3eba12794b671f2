import type { OnlineEdit } from '@thinkbits/checkpoint';
import { transposeLinearMap } from '@thinkbits/numerics';
import { ChannelMap } from '@thinkbits/ops';
import {
  type InvertiblePair,
  type KvScheme,
  type OnlineSite,
  ThinkbitsError,
} from '@thinkbits/spec';
import type { AttentionParts } from './attend.js';

/** The maps of one decoder layer by where they act. */
export type LayerMaps = ReadonlyMap<OnlineSite['at'], InvertiblePair>;

/** The online edits of a decoder layer. */
export function mapsOf(block: number, online: readonly OnlineEdit[] = []): LayerMaps {
  return new Map(
    online
      .filter(({ site }) => site.block === block)
      .map(({ site, map }) => [site.at, map] as const),
  );
}

/**
 * Refuses a map of queries and keys where keys are stored before the rotary embedding: it acts after that, so the cache would
 * have to apply it whenever it reads a key.
 * @throws ThinkbitsError `kv/mapped-keys`
 */
export function checkKeyMap(block: number, maps: LayerMaps, scheme: KvScheme | undefined): void {
  if (!maps.has('query-key') || !scheme?.key || scheme.rope === 'after') return;
  throw new ThinkbitsError({
    code: 'kv/mapped-keys',
    category: 'usage',
    message: `Layer ${block} maps queries and keys after the rotary embedding, and its cache stores keys before it.`,
    help: 'Quantize keys after the rotary embedding (rope "after"), or leave the rotation of queries and keys out.',
  });
}

/**
 * The maps that act per head: k · M and q · M⁻ᵀ, so that q · kᵀ stays, and v · M.
 * @param keep called with each map as it is made, so that its owner frees it
 */
export function headMaps(
  maps: LayerMaps,
  keep: (map: ChannelMap) => ChannelMap,
): Pick<AttentionParts, 'queryMap' | 'keyMap' | 'valueMap'> {
  const queryKey = maps.get('query-key');
  const value = maps.get('value');
  return {
    ...(queryKey && {
      keyMap: keep(new ChannelMap(queryKey.forward)),
      queryMap: keep(new ChannelMap(transposeLinearMap(queryKey.inverse))),
    }),
    ...(value && { valueMap: keep(new ChannelMap(value.forward)) }),
  };
}
