import {
  add,
  gather,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import {
  type HeldStack,
  holdStack,
  KvCache,
  rmsNorm,
  runStack,
  type Segment,
  type StackPlace,
  swiglu,
} from '@thinkbits/ops';
import type { KvParameters } from '@thinkbits/spec';
import type { DecoderConfig } from '../config/decoder-config.js';
import { type AttentionParts, attend } from './attend.js';
import { RotaryTables } from './rotary-tables.js';
import type { Stage } from './stage.js';

/** The tensors of one decoder layer. */
export interface DecoderLayer {
  readonly inputNorm: Tensor1D;
  readonly qkv: Stage;
  readonly attention: AttentionParts;
  readonly o: Stage;
  readonly postAttentionNorm: Tensor1D;
  readonly gateUp: Stage;
  readonly down: Stage;
}

/** Everything a decoder computes with. */
export interface DecoderWeights {
  /** `[vocabulary, hidden]` on the host: a row is looked up, never multiplied. */
  readonly embedding: Float32Array;
  readonly layers: readonly DecoderLayer[];
  readonly norm: Tensor1D;
  readonly head: Stage;
}

/** Sees the residual stream: 0 = after the embedding, i = after decoder layer i. */
export type LayerObserver = (index: number, hidden: Tensor2D) => void;

/**
 * The forward pass of Llama-shaped decoders over a batch of tokens from any number of rows.
 * Products run over all tokens of the batch at once; only attention looks at rows.
 */
export class Decoder {
  readonly config: DecoderConfig;
  readonly weights: DecoderWeights;
  /** How each decoder layer stores keys and values; undefined when the cache is float. */
  readonly kvParameters: readonly KvParameters[] | undefined;
  private readonly rotary: RotaryTables;
  /** All layers as one call of the backend, where it has one for them. */
  private readonly stack: HeldStack | undefined;

  constructor(config: DecoderConfig, weights: DecoderWeights, kv?: readonly KvParameters[]) {
    this.config = config;
    this.weights = weights;
    this.kvParameters = kv;
    this.rotary = new RotaryTables(config.rotary);
    this.stack = holdStack(
      weights.layers.map(({ attention, ...layer }) => ({ ...layer, ...attention })),
      config,
    );
  }

  /** An empty cache that stores keys and values as this model asks. */
  createCache(): KvCache {
    const { layers, kvHeads, headDim } = this.config;
    const parameters = this.kvParameters;
    return new KvCache({ layers, kvHeads, headDim, ...(parameters && { parameters }) });
  }

  /**
   * Hidden states before the final norm, `[tokens, hidden]`; the caller disposes them. Keys and values are appended to the cache.
   * @param tokens ids, the segments' tokens one after another
   */
  forward(
    tokens: readonly number[],
    segments: readonly Segment[],
    cache: KvCache,
    observe?: LayerObserver,
  ): Tensor2D {
    const positions = new Int32Array(tokens.length);
    let token = 0;
    for (const { start, count } of segments)
      for (let t = 0; t < count; t++) positions[token++] = start + t;
    const table = this.rotary.upTo(Math.max(...segments.map(({ start, count }) => start + count)));
    const place = { table, positions, segments, cache };
    let hidden = this.embed(tokens); // [tokens, hidden]
    const advance = (next: Tensor2D): void => {
      hidden.dispose();
      hidden = next;
    };
    if (this.stack && !observe && this.stack.serves(place)) {
      advance(runStack(hidden, this.stack, place));
      return hidden;
    }
    observe?.(0, hidden);
    this.weights.layers.forEach((layer, index) => {
      advance(tidy(() => this.layer(layer, index, hidden, place)));
      observe?.(index + 1, hidden);
    });
    return hidden;
  }

  /** Logits `[rows, vocabulary]` of some tokens of {@link forward}'s result; the caller disposes them. */
  logits(hidden: Tensor2D, rows?: readonly number[]): Tensor2D {
    return tidy(() => {
      const chosen = rows ? gather(hidden, tensor1d([...rows], 'int32')) : hidden;
      return this.weights.head.apply(this.finalNorm(chosen));
    });
  }

  /** The final norm, `[tokens, hidden]`. */
  finalNorm(hidden: Tensor2D): Tensor2D {
    return rmsNorm(hidden, this.weights.norm, this.config.normEpsilon);
  }

  dispose(): void {
    this.stack?.dispose();
    const { layers, norm, head } = this.weights;
    for (const layer of layers) {
      for (const part of [layer.inputNorm, layer.qkv, layer.o, ...Object.values(layer.attention)])
        part.dispose();
      for (const part of [layer.postAttentionNorm, layer.gateUp, layer.down]) part.dispose();
    }
    norm.dispose();
    head.dispose();
  }

  private layer(layer: DecoderLayer, index: number, hidden: Tensor2D, place: StackPlace): Tensor2D {
    const { normEpsilon } = this.config;
    // attention
    const x = rmsNorm(hidden, layer.inputNorm, normEpsilon);
    const within = { ...place, layer: index };
    const attended = attend(layer.qkv.apply(x), layer.attention, this.config, within);
    const afterAttention = add(hidden, layer.o.apply(attended)) as Tensor2D;
    // feed-forward
    const y = rmsNorm(afterAttention, layer.postAttentionNorm, normEpsilon);
    return add(afterAttention, layer.down.apply(swiglu(layer.gateUp.apply(y))));
  }

  private embed(tokens: readonly number[]): Tensor2D {
    const { hidden } = this.config;
    const values = new Float32Array(tokens.length * hidden);
    tokens.forEach((id, t) => {
      values.set(this.weights.embedding.subarray(id * hidden, (id + 1) * hidden), t * hidden);
    });
    return tensor2d(values, [tokens.length, hidden]);
  }
}
