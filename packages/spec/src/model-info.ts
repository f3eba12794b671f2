import type { JsonObject } from './json.js';

/** One linear map of a model. Weights are `[out, in]`. */
export interface LinearInfo {
  /** Full name without `.weight`, for example `model.layers.0.self_attn.q_proj`. */
  readonly name: string;
  readonly out: number;
  readonly in: number;
  readonly bias: boolean;
  /** Set when this linear shares its weight with another tensor (a head tied to the embedding). */
  readonly tiedTo?: string;
}

/** A place where a per-channel scale may move from one side of an equation to the other. */
export interface Fold {
  /** A norm weight or a linear whose output channels are divided. */
  readonly from: string;
  /** Linears whose input columns are multiplied. */
  readonly into: readonly string[];
  readonly kind: 'norm' | 'linear';
}

/** One decoder layer. */
export interface BlockInfo {
  readonly index: number;
  /** Linears that read the same activation, in execution order: [[q, k, v], [o], [gate, up], [down]]. */
  readonly stages: readonly (readonly LinearInfo[])[];
  readonly folds: readonly Fold[];
  /** RMS norms within each head of queries and of keys, before the rotary embedding, by name; absent where there are none. */
  readonly headNorms?: { readonly query: string; readonly key: string };
}

/** A model as declared by its family: dimensions and names, no weights. */
export interface ModelInfo {
  readonly family: string;
  readonly vocabulary: number;
  readonly hidden: number;
  readonly intermediate: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly maxPositions: number;
  readonly blocks: readonly BlockInfo[];
  readonly head: LinearInfo;
  readonly parameters: number;
  /** The checkpoint's own config.json. */
  readonly config: JsonObject;
}

/** Every linear of the decoder layers in execution order, then the head. */
export function allLinears(model: ModelInfo): LinearInfo[] {
  return [...model.blocks.flatMap((block) => block.stages.flat()), model.head];
}

/**
 * Whether tensor parallelism cuts a linear's input, and with it the rows of its weight, into one slice a rank (methods.md
 * §1.0d); it cuts the outputs of all others.
 */
export function isRowParallel(linear: string): boolean {
  return linear.endsWith('.o_proj') || linear.endsWith('.down_proj');
}
