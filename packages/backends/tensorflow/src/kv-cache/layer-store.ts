import type { KvCacheShape } from '@thinkbits/ops';
import type { KvParameters, KvPartScheme, StaticKvGrid } from '@thinkbits/spec';
import type { NodeBackend } from '../raw/binding.js';
import type { RawTf } from '../raw/raw-tf.js';
import { CodedTokens } from './coded-tokens.js';
import { FloatTokens } from './float-tokens.js';
import { type Halves, JoinedHalves, SeparateHalves } from './halves.js';
import type { HeadShape } from './places.js';
import { mostSlots } from './stored-codes.js';
import type { TokenStore } from './token-store.js';
import { TokensOnGrids } from './tokens-on-grids.js';

/** Whether there is a form for a half: floats of few bits, groups of tokens and minima in float have none. */
function canStore(part: KvPartScheme | undefined, grid: StaticKvGrid | undefined): boolean {
  if (!part || grid) return true;
  return !part.float && part.axis === 'token' && part.range !== 'float-minimum';
}

/** Whether a cache can be kept on the device; others are kept on the host. */
export function canKeepRows({ headDim, parameters = [] }: KvCacheShape): boolean {
  return (
    headDim % mostSlots === 0 &&
    parameters.every(
      ({ scheme, staticKeys, staticValues }) =>
        scheme.window === 0 &&
        canStore(scheme.key, staticKeys) &&
        canStore(scheme.value, staticValues),
    )
  );
}

/** Whether two halves without grids of their own are stored in the same way. */
const alike = (a: KvPartScheme | undefined, b: KvPartScheme | undefined): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/** Room for a decoder layer of a cache that {@link canKeepRows}; without parameters in float. */
export function layerStore(
  node: NodeBackend,
  raw: RawTf,
  shape: HeadShape,
  parameters: KvParameters | undefined,
): Halves {
  const store = (
    heads: HeadShape,
    part: KvPartScheme | undefined,
    grid?: StaticKvGrid,
  ): TokenStore => {
    if (!part) return new FloatTokens(node, raw, heads);
    if (grid) return new TokensOnGrids(node, raw, heads, part, grid);
    return new CodedTokens(node, raw, heads, part);
  };
  const { scheme, staticKeys, staticValues } = parameters ?? {};
  if (!staticKeys && !staticValues && alike(scheme?.key, scheme?.value))
    return new JoinedHalves(store({ ...shape, kvHeads: 2 * shape.kvHeads }, scheme?.key));
  return new SeparateHalves(
    store(shape, scheme?.key, staticKeys),
    store(shape, scheme?.value, staticValues),
  );
}
