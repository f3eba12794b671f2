import type { KvCodec } from '@thinkbits/spec';
import { openKeyRanges } from './key-ranges.js';
import { checkOptions, type KvquantOptions, layoutOf, schemeOf } from './options.js';
import { plan } from './plan.js';

/**
 * KVQuant* (methods.md §1.7; after arXiv 2401.18079): keys are quantized per channel, on static grids that calibration finds,
 * before the rotary embedding mixes channels; values per token and head, as they come.
 *
 * Sessions throw `kvquant/no-inputs`, `kvquant/not-finite`, `kvquant/no-key-bias`.
 * @throws ThinkbitsError `kvquant/options`
 */
export function kvquant(options: KvquantOptions = {}): KvCodec {
  const checked = checkOptions(options);
  const { preBias = 'auto' } = checked;
  const defaultScheme = schemeOf(checked);
  return {
    specificationVersion: 'v1',
    role: 'kv-codec',
    id: 'kvquant',
    options: { ...checked, preBias },
    needs: { calibration: 'input-statistics' },
    layout: layoutOf(checked),
    ...(defaultScheme && { defaultScheme }),
    plan: (model, schemes, budget) => plan(model, schemes.kv ?? defaultScheme, checked, budget),
    open: (scheme, layer) => openKeyRanges(scheme, layer, preBias),
  };
}
