import { readDecoderConfig } from '../config/read-decoder-config.js';
import type { Family } from './family.js';

/** Qwen3: queries and keys are normalized per head, and the head dimension is its own. */
export const qwen3: Family = {
  id: 'qwen3',
  queryKeyNorm: true,
  biases: ({ attentionBias }) => ({ qkv: attentionBias, o: attentionBias }),
  readConfig: (json) => readDecoderConfig(json, { attentionBias: false, headDim: 128 }),
};
