import { completeKvScheme, parseShortRecipe } from '@thinkbits/spec';
import type { ThinkbitsManifest } from '../manifest/thinkbits-manifest.js';

const weight = { bits: 4, group: 'channel', symmetric: true, range: 'zero-inclusive' } as const;

/** A manifest that uses every part of the schema. */
export const smallManifest: ThinkbitsManifest = {
  schemaVersion: 1,
  packages: { '@thinkbits/quantizer-rtn': '1.0.0' },
  recipe: parseShortRecipe('rtn:w4symkv4'),
  source: { label: 'small', hash: 'a'.repeat(64) },
  linears: {
    'model.layers.0.mlp.up_proj': {
      weight,
      activation: { bits: 8, symmetric: false, clip: 1, tensorParallel: 1 },
    },
  },
  reports: [
    {
      name: 'model.layers.0.mlp.up_proj',
      method: 'rtn',
      bits: 4,
      relativeWeightError: 0.01,
      fallback: { to: 'rtn', reason: 'singular' },
    },
  ],
  online: [
    {
      op: 'online',
      site: { block: 0, at: 'down-input' },
      map: {
        forward: { kind: 'hadamard', size: 8, seed: 3 },
        inverse: {
          kind: 'kronecker',
          left: { kind: 'diagonal', values: Float32Array.of(1, 2) },
          right: { kind: 'dense', size: 2, values: Float32Array.of(1, 0, 0.1, 1) },
        },
      },
    },
  ],
  kv: [
    {
      scheme: completeKvScheme({ bits: 4 }),
      staticKeys: { scales: Float32Array.of(0.1, 1e-42), zeros: Float32Array.of(-0, 7) },
    },
  ],
};
