import { add, type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { Checkpoint } from '@thinkbits/checkpoint';
import { rotaryFrequencies } from '@thinkbits/inference';
import { copyValues } from '@thinkbits/ops';
import {
  type BlockInfo,
  type BlockView,
  type KvScheme,
  type LinearScheme,
  ThinkbitsError,
  throwIfAborted,
} from '@thinkbits/spec';
import type { ActivationStore } from './activation-store.js';
import type { BlockFlow, ReplacedWeights } from './block-flow.js';
import type { BlockWeights } from './block-weights.js';

/**
 * What the halves of a layer add to the residual stream with the layer's own weights, by window: searches compare with it
 * again and again.
 */
export interface HalfResults {
  readonly attention: ActivationStore;
  readonly 'feed-forward': ActivationStore;
}

/** What a view looks at. */
export interface BlockViewParts {
  /** The layer, with the folds that are open to this transform. */
  readonly info: BlockInfo;
  readonly flow: BlockFlow;
  readonly weights: BlockWeights;
  /** With the edits of earlier stages. */
  readonly checkpoint: Checkpoint;
  readonly schemes: ReadonlyMap<string, LinearScheme>;
  readonly kv?: KvScheme;
  /** The residual stream that the float layer reads, by window; absent for a transform that needs no calibration. */
  readonly hidden?: ActivationStore;
  /** Empty; filled as results are asked for. Whoever made it clears it. */
  readonly results: HalfResults;
  readonly windows: number;
  readonly signal?: AbortSignal;
}

/** Shows a transform one decoder layer in float: weights, what its linears read, and its results with weights replaced. */
export function createBlockView(parts: BlockViewParts): BlockView {
  const { flow, weights, checkpoint, schemes, windows, signal } = parts;
  const { hidden: width } = flow.config;
  const toTensor = (values: Float32Array) => tensor2d(values, [values.length / width, width]);

  async function hiddenOf(window: number): Promise<Tensor2D> {
    throwIfAborted(signal);
    if (!parts.hidden) {
      throw new ThinkbitsError({
        code: 'calibration/not-declared',
        message: `A transform asks for activations of layer ${weights.info.index}, and its needs.calibration is "none".`,
        help: 'This is a defect of the transform: it must declare what it has to see.',
      });
    }
    return toTensor(await parts.hidden.get(window));
  }

  /** What a half adds to the residual stream; with the layer's own weights it is computed once. */
  async function halfOf(
    half: keyof HalfResults,
    window: number,
    replaced?: ReplacedWeights,
  ): Promise<Tensor2D> {
    const store = parts.results[half];
    if (!replaced && store.has(window)) return toTensor(await store.get(window));
    const before = await (half === 'attention' ? hiddenOf(window) : middleOf(window));
    const result =
      half === 'attention'
        ? flow.attention(weights, before, replaced)
        : flow.feedForward(weights, before, replaced);
    before.dispose();
    if (!replaced) {
      const { values } = await copyValues(result, store.replace(window, result.size));
      await store.put(window, values);
    }
    return result;
  }

  /** The residual stream after attention, `[tokens, hidden]`. */
  async function middleOf(window: number): Promise<Tensor2D> {
    const hidden = await hiddenOf(window);
    const attention = await halfOf('attention', window);
    const middle = add(hidden, attention) as Tensor2D;
    hidden.dispose();
    attention.dispose();
    return middle;
  }

  /** What group `stage` reads. */
  async function inputOf(stage: number, window: number): Promise<Tensor2D> {
    const before = await (stage < 2 ? hiddenOf(window) : middleOf(window));
    const input = tidy(() => {
      if (stage === 0) return flow.qkvInput(weights, before);
      if (stage === 1) return flow.outputInput(weights, flow.qkvInput(weights, before));
      const y = flow.gateUpInput(weights, before);
      return stage === 2 ? y : flow.downInput(weights, y);
    });
    before.dispose();
    return input;
  }

  async function* eachWindow(
    compute: (window: number) => Promise<Tensor2D>,
  ): AsyncGenerator<Tensor2D> {
    for (let window = 0; window < windows; window++) {
      const result = await compute(window);
      try {
        yield result;
      } finally {
        result.dispose();
      }
    }
  }

  return {
    info: parts.info,
    schemes,
    ...(parts.kv && { kv: parts.kv }),
    rotary: rotaryFrequencies(flow.config.rotary),
    normEpsilon: flow.config.normEpsilon,
    async weight(name) {
      const tensor = name.endsWith('.bias') ? name : `${name}.weight`;
      const { shape, values } = await checkpoint.readFloat(tensor);
      const [rows, columns] = shape.length === 1 ? [1, shape[0] as number] : shape;
      return tensor2d(values, [rows as number, columns as number]);
    },
    inputs: (stage) => eachWindow((window) => inputOf(stage, window)),
    hidden: () => eachWindow(hiddenOf),
    async forward(batch, { replaced, result = 'output' } = {}) {
      if (result !== 'output') return halfOf(result, batch, replaced);
      const hidden = await hiddenOf(batch);
      const output = flow.forward(weights, hidden, replaced);
      hidden.dispose();
      return output;
    },
  };
}
