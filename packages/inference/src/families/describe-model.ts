import { type JsonObject, type ModelInfo, nearestName, ThinkbitsError } from '@thinkbits/spec';
import type { DecoderConfig } from '../config/decoder-config.js';
import { describe, type Family } from './family.js';
import { llama } from './llama.js';
import { qwen2 } from './qwen2.js';
import { qwen3 } from './qwen3.js';

/** Every family that can be read; adding one adds a file and a line here. */
export const families: readonly Family[] = [llama, qwen2, qwen3];

/**
 * The family that config.json names.
 * @throws ThinkbitsError `model/unknown-family`, with the supported list
 */
export function findFamily(config: JsonObject, label = 'config.json'): Family {
  const type = config.model_type;
  const family = families.find(({ id }) => id === type);
  if (family) return family;
  const known = families.map(({ id }) => id);
  const near = typeof type === 'string' ? nearestName(type, known) : undefined;
  throw new ThinkbitsError({
    code: 'model/unknown-family',
    message: `${label}: model_type is ${JSON.stringify(type)}, which is not a known family.`,
    help: `${near ? `Did you mean "${near}"? ` : ''}Supported are ${known.join(', ')}.`,
    details: { modelType: typeof type === 'string' ? type : null },
  });
}

/** A family and the configuration it read. */
export function readFamily(
  config: JsonObject,
  label?: string,
): { family: Family; decoder: DecoderConfig } {
  const family = findFamily(config, label);
  return { family, decoder: family.readConfig(config) };
}

/**
 * The declared tree of a model from its config.json alone.
 * @throws ThinkbitsError `model/unknown-family`, `config/invalid`, `config/not-supported`
 */
export function describeModel(config: JsonObject, label?: string): ModelInfo {
  const { family, decoder } = readFamily(config, label);
  return describe(family, decoder);
}
