import {
  engine,
  getBackend,
  type KernelBackend,
  type Tensor1D,
  type Tensor2D,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import type { Segment } from './attention/cached-attention.js';
import type { ChannelMap } from './channel-map.js';
import { hasKernel, installKernel } from './fused-op.js';
import type { KvCache } from './kv-cache/kv-cache.js';
import type { LinearWeight } from './linear-weight.js';
import type { QuantizeActivationsAttributes } from './quantize-activations.js';
import type { RotaryTable } from './rotary-embedding.js';

/** Linears of a decoder layer that read the same input. */
export interface StackStage {
  readonly weight: LinearWeight;
  /** `[Σ out]` */
  readonly bias?: Tensor1D;
  /** How the input is rounded. */
  readonly rounding?: QuantizeActivationsAttributes;
  /** Acts on the input before it is rounded. */
  readonly online?: ChannelMap;
}

/** One decoder layer of the Llama shape: attention, then a gated feed-forward half, each after an RMS norm. */
export interface StackLayer {
  readonly inputNorm: Tensor1D;
  readonly qkv: StackStage;
  /** `[headDim]`, before the rotary embedding. */
  readonly queryNorm?: Tensor1D;
  readonly keyNorm?: Tensor1D;
  /** Of consecutive channels, after the rotary embedding. */
  readonly queryMap?: ChannelMap;
  readonly keyMap?: ChannelMap;
  /** The same of values, before the cache. */
  readonly valueMap?: ChannelMap;
  readonly o: StackStage;
  readonly postAttentionNorm: Tensor1D;
  readonly gateUp: StackStage;
  readonly down: StackStage;
}

/** What all layers of a decoder have in common. */
export interface StackShape {
  readonly hidden: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly normEpsilon: number;
}

/** Where the tokens of a batch stand, and the cache that their keys and values go to. */
export interface StackPlace {
  readonly table: RotaryTable;
  /** `[tokens]` */
  readonly positions: Int32Array;
  /** In the order of the tokens; together they cover all of them. */
  readonly segments: readonly Segment[];
  readonly cache: KvCache;
}

/** The layers of a decoder in the form that a backend runs them in. */
export interface HeldStack {
  /** Whether the cache keeps these rows in a form that the backend can write and read. */
  serves(place: StackPlace): boolean;
  dispose(): void;
}

/**
 * A backend's own way through all layers of a decoder, in one call: many operations on few tokens cost more in dispatch than
 * in arithmetic. It equals the layers' operations run one after another on that backend, which is its definition.
 */
export interface DecoderStack<Held extends HeldStack> {
  /**
   * Takes the layers over; their weights stay the caller's, and must outlive what is held.
   * @returns undefined where there is no form for these
   */
  hold(layers: readonly StackLayer[], shape: StackShape): Held | undefined;
  /** The residual stream before and after the layers, `[tokens, hidden]`; the cache grows by the tokens. */
  run(hidden: TensorInfo, held: Held, place: StackPlace, backend: KernelBackend): TensorInfo;
}

const kernelName = 'DecoderStack';
const stacks = new Map<string, DecoderStack<HeldStack>>();

/** Registers a backend's kernel `DecoderStack`, replacing an earlier one. */
export function installDecoderStack<Held extends HeldStack>(
  backendName: string,
  stack: DecoderStack<Held>,
): void {
  stacks.set(backendName, stack as unknown as DecoderStack<HeldStack>);
  installKernel(kernelName, backendName, ({ inputs, backend, attrs }) => {
    const { held, place } = attrs as unknown as { held: Held; place: StackPlace };
    return stack.run(inputs.hidden as TensorInfo, held, place, backend as KernelBackend);
  });
}

/** Layers as the active backend holds them; undefined where it has no kernel, or none for these. */
export function holdStack(layers: readonly StackLayer[], shape: StackShape): HeldStack | undefined {
  return hasKernel(kernelName) ? stacks.get(getBackend())?.hold(layers, shape) : undefined;
}

/**
 * Runs all layers; the cache grows even inside `tidy`, and a call must not be repeated.
 * @param hidden `[tokens, hidden]`
 * @param held of {@link holdStack}, which serves the place
 * @returns `[tokens, hidden]`
 */
export function runStack(hidden: Tensor2D, held: HeldStack, place: StackPlace): Tensor2D {
  return engine().runKernel(kernelName, { hidden }, { held, place } as never) as Tensor2D;
}
