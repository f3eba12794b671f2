import { add, type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { Checkpoint } from '@thinkbits/checkpoint';
import { rotaryFrequencies } from '@thinkbits/inference';
import {
  type BlockView,
  type KvScheme,
  type LinearScheme,
  ThinkbitsError,
  throwIfAborted,
} from '@thinkbits/spec';
import type { ActivationStore } from './activation-store.js';
import type { BlockFlow } from './block-flow.js';
import type { BlockWeights } from './block-weights.js';

/** What a view looks at. */
export interface BlockViewParts {
  readonly flow: BlockFlow;
  readonly weights: BlockWeights;
  /** With the edits of earlier stages. */
  readonly checkpoint: Checkpoint;
  readonly schemes: ReadonlyMap<string, LinearScheme>;
  readonly kv?: KvScheme;
  /** The residual stream that the float layer reads, by window; absent for a transform that needs no calibration. */
  readonly hidden?: ActivationStore;
  readonly windows: number;
  readonly signal?: AbortSignal;
}

/** Shows a transform one decoder layer in float: weights, what its linears read, and its results with weights replaced. */
export function createBlockView(parts: BlockViewParts): BlockView {
  const { flow, weights, checkpoint, schemes, windows, signal } = parts;
  const { hidden: width } = flow.config;

  async function hiddenOf(window: number): Promise<Tensor2D> {
    throwIfAborted(signal);
    if (!parts.hidden) {
      throw new ThinkbitsError({
        code: 'calibration/not-declared',
        message: `A transform asks for activations of layer ${weights.info.index}, and its needs.calibration is "none".`,
        help: 'This is a defect of the transform: it must declare what it has to see.',
      });
    }
    const values = await parts.hidden.get(window);
    return tensor2d(values, [values.length / width, width]);
  }

  /** What group `stage` reads, from the layer's input. */
  function inputOf(stage: number, hidden: Tensor2D): Tensor2D {
    return tidy(() => {
      if (stage === 0) return flow.qkvInput(weights, hidden);
      if (stage === 1) return flow.outputInput(weights, flow.qkvInput(weights, hidden));
      const middle = add(hidden, flow.attention(weights, hidden)) as Tensor2D;
      const y = flow.gateUpInput(weights, middle);
      return stage === 2 ? y : flow.downInput(weights, y);
    });
  }

  async function* eachWindow(compute: (hidden: Tensor2D) => Tensor2D): AsyncGenerator<Tensor2D> {
    for (let window = 0; window < windows; window++) {
      const hidden = await hiddenOf(window);
      const result = compute(hidden);
      if (result !== hidden) hidden.dispose();
      try {
        yield result;
      } finally {
        result.dispose();
      }
    }
  }

  return {
    info: weights.info,
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
    inputs: (stage) => eachWindow((hidden) => inputOf(stage, hidden)),
    hidden: () => eachWindow((hidden) => hidden),
    async forward(batch, { replaced, result = 'output' } = {}) {
      const hidden = await hiddenOf(batch);
      const computed = tidy(() => {
        if (result === 'output') return flow.forward(weights, hidden, replaced);
        if (result === 'attention') return flow.attention(weights, hidden, replaced);
        const middle = add(hidden, flow.attention(weights, hidden)) as Tensor2D;
        return flow.feedForward(weights, middle, replaced);
      });
      hidden.dispose();
      return computed;
    },
  };
}
