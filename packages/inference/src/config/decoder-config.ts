import type { JsonObject } from '@thinkbits/spec';
import type { RotaryConfig } from './rotary-config.js';

/** A decoder's dimensions and constants, whichever way its config.json spells them. */
export interface DecoderConfig {
  readonly modelType: string;
  readonly vocabulary: number;
  readonly hidden: number;
  readonly intermediate: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly maxPositions: number;
  readonly normEpsilon: number;
  readonly rotary: RotaryConfig;
  /** The output head is the embedding table. */
  readonly tied: boolean;
  /** Biases of q, k and v (Qwen2), or of q, k, v and o (Llama with `attention_bias`). */
  readonly attentionBias: boolean;
  readonly endTokens: readonly number[];
  readonly json: JsonObject;
}
