import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { BlockInfo } from './model-info.js';
import type { RoundingHints } from './rounder.js';
import type { ActivationScheme, KvScheme, LinearScheme } from './scheme.js';
import type { Stage, StageContext } from './stage.js';

/** A square linear map as data. */
export type LinearMap =
  | { readonly kind: 'diagonal'; readonly values: Float32Array }
  | { readonly kind: 'dense'; readonly size: number; readonly values: Float32Array }
  | { readonly kind: 'kronecker'; readonly left: LinearMap; readonly right: LinearMap }
  /** Maps of consecutive channels, each of its own, that do not mix with each other. */
  | { readonly kind: 'block-diagonal'; readonly blocks: readonly LinearMap[] }
  /**
   * A normalized Hadamard matrix of this order, its columns signed by the seeded ±1 where a seed is given; or the transpose
   * of that, which is its inverse.
   */
  | {
      readonly kind: 'hadamard';
      readonly size: number;
      readonly seed?: number;
      readonly transposed?: boolean;
    };

/** A map and its inverse, so that maps need not be orthogonal; both are checked against each other in f32. */
export interface InvertiblePair {
  readonly forward: LinearMap;
  readonly inverse: LinearMap;
}

/** Where an online map acts during inference. `block` is a decoder layer. */
export interface OnlineSite {
  readonly block: number;
  readonly at: 'qkv-input' | 'o-input' | 'gate-up-input' | 'down-input' | 'query-key' | 'value';
}

/**
 * A function-preserving change, as data: the core applies it in f32, verifies that the float output did not move,
 * logs it and can undo it.
 *
 * - `scale`: output channel j of the producer is divided by s_j, input column j of the consumers multiplied by it;
 * - `rotate`: weights are multiplied by the pair, `in` by the inverse on their input side, `out` by the map on their output side;
 * - `online`: activations are multiplied by the map at run time, the weights that read them by its inverse beforehand.
 */
export type Edit =
  | {
      readonly op: 'scale';
      readonly producer: string;
      readonly consumers: readonly string[];
      readonly factors: Float32Array;
    }
  | {
      readonly op: 'rotate';
      readonly targets: readonly { readonly name: string; readonly side: 'in' | 'out' }[];
      readonly map: InvertiblePair;
    }
  | { readonly op: 'online'; readonly site: OnlineSite; readonly map: InvertiblePair };

/** Angles of a rotary embedding: position p turns the pair (i, i + headDim / 2) by p · inverse[i]. */
export interface RotaryAngles {
  /** `[headDim / 2]`, radians per position; scalings such as llama3 and YaRN are applied. */
  readonly inverse: Float64Array;
  /** Multiplies cos and sin (YaRN); 1 for others. */
  readonly attentionFactor: number;
}

/** What to compute of a decoder layer. */
export interface BlockForward {
  /**
   * Weights to compute with in place of the layer's own, `[out, in]`. What a half adds without any is computed once a layer,
   * so that a search can ask for it at every step.
   */
  readonly replaced?: ReadonlyMap<string, Tensor2D>;
  /**
   * `attention` and `feed-forward`: what that half adds to the residual stream, computed from its own input of the float
   * layer; `output`: the layer's output. Default `output`.
   */
  readonly result?: 'attention' | 'feed-forward' | 'output';
}

/** What a transform may look at: one decoder layer in float, with the edits of earlier stages applied. */
export interface BlockView {
  readonly info: BlockInfo;
  readonly schemes: ReadonlyMap<string, LinearScheme>;
  /** How the layer stores keys and values; absent when they stay in float. */
  readonly kv?: KvScheme;
  /**
   * A float weight `[out, in]`, a norm weight as `[1, hidden]`, or a bias as `[1, out]` by a name that ends in `.bias`; the
   * caller disposes it.
   */
  weight(name: string): Promise<Tensor2D>;
  /**
   * What a stage reads, batch by batch, `[tokens, in]`; re-iterable, one batch in memory. A batch is the iterator's: it is
   * disposed when the next is asked for.
   */
  inputs(stage: number): AsyncIterable<Tensor2D>;
  /** What the layer reads, batch by batch, `[tokens, hidden]`; one row of tokens from position 0 each. */
  hidden(): AsyncIterable<Tensor2D>;
  /** A result of the layer for its `batch`-th input, `[tokens, hidden]`; the caller disposes it. */
  forward(batch: number, options?: BlockForward): Promise<Tensor2D>;
  readonly rotary: RotaryAngles;
  /** Added to the mean square in RMS norms. */
  readonly normEpsilon: number;
}

/** What a transform proposes for one decoder layer. */
export interface Proposal {
  readonly edits: readonly Edit[];
  /** By linear name; handed to the rounder. */
  readonly hints?: ReadonlyMap<string, RoundingHints>;
  /** By linear name; replaces how these linears of the layer quantize what they read. */
  readonly activations?: ReadonlyMap<string, ActivationScheme>;
  /** Replaces how the layer stores keys and values. */
  readonly kv?: KvScheme;
}

/** What the edits of a transform take for themselves: two of a pipeline cannot have the same. */
export interface TransformClaims {
  /** It rotates the residual stream, from the embedding to the head. */
  readonly residualStream?: boolean;
  /** Where its online maps act. */
  readonly online?: readonly OnlineSite['at'][];
  /** Where it moves scales between a norm and the linears that read it: no map of an earlier transform can stand there. */
  readonly folds?: readonly ('qkv-input' | 'gate-up-input')[];
}

/** Makes a model easier to quantize without changing what it computes. */
export interface Transform extends Stage<'transform'> {
  /** Said beforehand, so that plans refuse what cannot go together; nothing where absent. */
  readonly claims?: TransformClaims;
  propose(block: BlockView, context: StageContext): Promise<Proposal>;
}
