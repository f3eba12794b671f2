import type { LayerMaps } from '@thinkbits/inference';
import type { BlockInfo } from '@thinkbits/spec';

/**
 * A decoder layer as its next transform may edit it: without folds from a linear's outputs into the linear that reads them
 * where an earlier transform's online map mixes channels in between, so that no scale can move across.
 */
export function withOpenFolds(info: BlockInfo, maps: LayerMaps): BlockInfo {
  const [, output = [], , down = []] = info.stages;
  const readers = [
    ...(maps.has('value') || maps.has('o-input') ? output : []),
    ...(maps.has('down-input') ? down : []),
  ].map(({ name }) => name);
  const closed = new Set(readers);
  return {
    ...info,
    folds: info.folds.filter(({ into }) => !into.some((name) => closed.has(name))),
  };
}
