import type { OnlineEdit } from '@thinkbits/checkpoint';
import { transposeLinearMap } from '@thinkbits/numerics';
import { ChannelMap } from '@thinkbits/ops';
import type { InvertiblePair, OnlineSite } from '@thinkbits/spec';
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
