import { readDecoderConfig } from '../config/read-decoder-config.js';
import type { Family } from './family.js';

/** Qwen2 and Qwen2.5 (QwQ, R1-Distill-Qwen): biases on q, k and v. */
export const qwen2: Family = {
  id: 'qwen2',
  queryKeyNorm: false,
  biases: () => ({ qkv: true, o: false }),
  readConfig: (json) => readDecoderConfig(json, { attentionBias: true }),
};
