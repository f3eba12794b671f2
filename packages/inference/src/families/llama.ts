import { readDecoderConfig } from '../config/read-decoder-config.js';
import type { Family } from './family.js';

/** Llama 1 to 3.3, and everything published in its shape (SmolLM2, R1-Distill-Llama). */
export const llama: Family = {
  id: 'llama',
  queryKeyNorm: false,
  biases: ({ attentionBias }) => ({ qkv: attentionBias, o: attentionBias }),
  readConfig: (json) => readDecoderConfig(json, { attentionBias: false }),
};
