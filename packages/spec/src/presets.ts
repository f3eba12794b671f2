import { floatFormats } from './float-format.js';
import type { RecipeInput } from './recipe.js';

const numina = { source: 'numina-math-traces', samples: 128, length: 2048, seed: 0 } as const;
const pile = { source: 'pile-validation', samples: 128, length: 512, seed: 42 } as const;
const gptqWeightOnly = (bits: 3 | 4): RecipeInput => ({
  pipeline: [{ use: 'gptq', actOrder: true, staticGroups: true, clipSearch: true }],
  weights: { bits, group: 128 },
  calibration: numina,
});
const awq = (bits: 3 | 4): RecipeInput => ({
  pipeline: [{ use: 'awq' }, { use: 'rtn' }],
  weights: { bits, group: 128 },
  calibration: { ...pile, sampling: 'blocks' },
});
const kvquantStar = (bits: 3 | 4): RecipeInput => ({
  pipeline: [{ use: 'kvquant', preBias: 'auto' }],
  kv: { key: { bits, axis: 'channel' }, value: { bits }, rope: 'before' },
  calibration: { ...pile, samples: 512, sampling: 'traces' },
});
const quarotKv = (bits: 3 | 4): RecipeInput => ({
  pipeline: [{ use: 'quarot', targets: 'kv' }],
  kv: { bits, clip: 0.95 },
});
const quarot = (bits: 4 | 8): RecipeInput => ({
  pipeline: [
    { use: 'quarot', seed: 0, tensorParallel: 'auto' },
    { use: 'gptq', actOrder: false, clipSearch: true },
  ],
  weights: { bits, symmetric: true },
  activations: { bits, clip: 0.9 },
  kv: { bits, clip: 0.95 },
  calibration: numina,
});
const flatquant = (bits: 4 | 8): RecipeInput => ({
  pipeline: [{ use: 'flatquant', epochs: 15, tensorParallel: 'auto' }, { use: 'rtn' }],
  weights: { bits, symmetric: true },
  activations: { bits },
  kv: { bits },
  calibration: { source: 'wikitext-2', samples: 128, length: 'auto', seed: 0 },
});

const mxfp4Parts = { bits: 4, float: floatFormats.mxfp4 } as const;
/** No code was released for this row (methods.md §1.12); queries stay in float, as everywhere. */
const mxfp4: RecipeInput = {
  pipeline: [{ use: 'rtn' }],
  weights: mxfp4Parts,
  activations: mxfp4Parts,
  kv: mxfp4Parts,
};

/** Rows of the paper's tables (arXiv 2504.04823) as recipes; values from methods.md §7. */
export const presets: { readonly [name: string]: RecipeInput } = {
  'paper/awq-w4': awq(4),
  'paper/awq-w3': awq(3),
  'paper/gptq-w4': gptqWeightOnly(4),
  'paper/gptq-w3': gptqWeightOnly(3),
  'paper/kvquant-star-kv4': kvquantStar(4),
  'paper/kvquant-star-kv3': kvquantStar(3),
  'paper/quarot-kv4': quarotKv(4),
  'paper/quarot-kv3': quarotKv(3),
  'paper/smoothquant-w8a8kv8': {
    pipeline: [
      { use: 'smoothquant', alpha: 0.85 },
      { use: 'gptq', actOrder: false, clipSearch: true },
    ],
    weights: { bits: 8, symmetric: true },
    activations: { bits: 8 },
    kv: { bits: 8 },
    calibration: numina,
  },
  'paper/quarot-w8a8kv8': quarot(8),
  'paper/quarot-w4a4kv4': quarot(4),
  'paper/mxfp4-w4a4kv4': mxfp4,
  'paper/flatquant-w8a8kv8': flatquant(8),
  'paper/flatquant-w4a4kv4': flatquant(4),
};
