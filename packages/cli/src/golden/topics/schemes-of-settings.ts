import type { QuantizeOptions } from '@thinkbits/quantize';
import { rtn } from '@thinkbits/quantizer-rtn';
import type { Json, KvBits, Rounder, WeightBits } from '@thinkbits/spec';
import { booleanOf, numberOf, objectOf, oneOf, onlySettings } from '../settings.js';

type Settings = { readonly [name: string]: Json };

const rowParallelSlices = 'o_proj and down_proj in tp slices';

function activationsOf(settings: Settings) {
  const scheme = objectOf(settings, 'activations');
  onlySettings(scheme, ['bits', 'symmetric', 'granularity', 'clip_ratio'], 'activations.');
  oneOf(scheme, 'granularity', ['token', 'token; o and down inputs in tp slices']);
  return {
    bits: numberOf(scheme, 'bits') as WeightBits,
    symmetric: booleanOf(scheme, 'symmetric'),
    clip: numberOf(scheme, 'clip_ratio'),
    tensorParallel: numberOf(settings, 'tp'),
  };
}

function weightsOf(settings: Settings): { rounder: Rounder; bits: WeightBits; symmetric: boolean } {
  const scheme = objectOf(settings, 'weights');
  const known = ['bits', 'symmetric', 'granularity', 'mse_search', 'rounder'];
  onlySettings(scheme, known, 'weights.');
  oneOf(scheme, 'granularity', ['channel', `channel; ${rowParallelSlices}`]);
  oneOf(scheme, 'rounder', ['rtn']);
  return {
    rounder: rtn({ clipSearch: booleanOf(scheme, 'mse_search') }),
    bits: numberOf(scheme, 'bits') as WeightBits,
    symmetric: booleanOf(scheme, 'symmetric'),
  };
}

function cachePartOf(settings: Settings, half: 'key' | 'value', granularity: string) {
  const scheme = objectOf(settings, half);
  onlySettings(scheme, ['bits', 'symmetric', 'granularity', 'clip_ratio'], `${half}.`);
  oneOf(scheme, 'granularity', [granularity]);
  return {
    bits: numberOf(scheme, 'bits') as KvBits,
    symmetric: booleanOf(scheme, 'symmetric'),
    clip: numberOf(scheme, 'clip_ratio'),
  };
}

/**
 * The schemes of a whole model whose weights, activations, keys and values are quantized. Activations and weights of the
 * row-parallel linears are cut into `tp` slices, whether or not the case's prose says so again.
 * @param keys where keys are quantized
 */
export function schemesOfSettings(
  settings: Settings,
  keys: 'after RoPE' | 'after RoPE and Hadamard',
): {
  rounder: Rounder;
  schemes: Required<Pick<QuantizeOptions, 'weights' | 'activations' | 'kv'>>;
} {
  const { rounder, ...weights } = weightsOf(settings);
  return {
    rounder,
    schemes: {
      weights,
      activations: activationsOf(settings),
      kv: {
        key: cachePartOf(settings, 'key', `token and head, ${keys}`),
        value: cachePartOf(settings, 'value', 'token and head'),
      },
    },
  };
}

/** Settings that {@link schemesOfSettings} reads, and those of every case about a model. */
export const schemeSettings = ['kind', 'model', 'tp', 'weights', 'activations', 'key', 'value'];
