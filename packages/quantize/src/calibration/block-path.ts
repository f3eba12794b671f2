import { add, type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import { copyValues } from '@thinkbits/ops';
import { ThinkbitsError, throwIfAborted } from '@thinkbits/spec';
import type { ActivationStore } from './activation-store.js';
import type { BlockFlow } from './block-flow.js';
import type { BlockWeights } from './block-weights.js';

/**
 * All calibration windows on their way through the decoder layers: the residual stream, and what the group of linears at hand
 * reads. Computed once per group; a group that was rounded in between is what the next one's input comes from.
 */
export class BlockPath {
  /** Windows of the residual stream: a layer's input, after attention, then its output. */
  readonly hidden: ActivationStore;
  private readonly inputs: ActivationStore;
  private readonly flow: BlockFlow;
  /** Tokens of each window. */
  private readonly lengths: readonly number[];
  private readonly signal: AbortSignal | undefined;
  /** What is being computed, for errors. */
  private label = '';

  constructor(parts: {
    flow: BlockFlow;
    hidden: ActivationStore;
    inputs: ActivationStore;
    lengths: readonly number[];
    signal: AbortSignal | undefined;
  }) {
    this.flow = parts.flow;
    this.hidden = parts.hidden;
    this.inputs = parts.inputs;
    this.lengths = parts.lengths;
    this.signal = parts.signal;
  }

  get windows(): number {
    return this.lengths.length;
  }

  /** What the group at hand reads of a window, `[tokens, in]`; the caller disposes it. */
  async input(window: number): Promise<Tensor2D> {
    const values = await this.inputs.get(window);
    const tokens = this.lengths[window] as number;
    return tensor2d(values, [tokens, values.length / tokens]);
  }

  /**
   * Computes what group `stage` reads, with the groups before it as `weights` has them now.
   * @throws ThinkbitsError `calibration/not-finite`, with the layer and the window
   */
  async advanceTo(stage: number, weights: BlockWeights): Promise<void> {
    this.label = `the input of ${weights.info.stages[stage]?.[0]?.name}`;
    await this.eachWindow(async (window, hidden) => {
      const { flow } = this;
      if (stage === 0) return this.store(this.inputs, window, flow.qkvInput(weights, hidden));
      const before = await this.input(window);
      try {
        if (stage === 1) {
          await this.store(this.inputs, window, flow.outputInput(weights, before));
        } else if (stage === 3) {
          await this.store(this.inputs, window, flow.downInput(weights, before));
        } else {
          const middle = this.residual(hidden, flow.output(weights, 1, before)); // after attention
          const input = flow.gateUpInput(weights, middle);
          await this.store(this.hidden, window, middle);
          await this.store(this.inputs, window, input);
        }
      } finally {
        before.dispose();
      }
    });
  }

  /** Leaves the layer: the residual stream becomes its output. */
  async finish(weights: BlockWeights): Promise<void> {
    this.label = `the output of layer ${weights.info.index}`;
    await this.eachWindow(async (window, hidden) => {
      const before = await this.input(window);
      const output = this.residual(hidden, this.flow.output(weights, 3, before));
      before.dispose();
      await this.store(this.hidden, window, output);
    });
    await this.inputs.clear();
  }

  /** Replaces what is read next by a function of the residual stream. */
  async set(compute: (hidden: Tensor2D) => Tensor2D): Promise<void> {
    await this.eachWindow((window, hidden) => this.store(this.inputs, window, compute(hidden)));
  }

  async dispose(): Promise<void> {
    await this.hidden.clear();
    await this.inputs.clear();
  }

  private residual(hidden: Tensor2D, added: Tensor2D): Tensor2D {
    const sum = add(hidden, added) as Tensor2D;
    added.dispose();
    return sum;
  }

  /** Keeps a tensor's values, in place of those that the window had; the tensor is freed. */
  private async store(store: ActivationStore, window: number, tensor: Tensor2D): Promise<void> {
    const { values, finite } = await copyValues(tensor, store.replace(window, tensor.size));
    tensor.dispose();
    if (!finite) {
      const bad = values.find((value) => !Number.isFinite(value));
      throw new ThinkbitsError({
        code: 'calibration/not-finite',
        message: `${this.label}: window ${window} of the calibration text gives ${bad}.`,
        help: 'The layer overflows on this text: look at its weights, at what was done to them, or leave the window out.',
        details: { window, at: this.label },
      });
    }
    await store.put(window, values);
  }

  private async eachWindow(visit: (window: number, hidden: Tensor2D) => Promise<void>) {
    for (const [window, tokens] of this.lengths.entries()) {
      throwIfAborted(this.signal);
      const hidden = tensor2d(await this.hidden.get(window), [tokens, this.flow.config.hidden]);
      try {
        await visit(window, hidden);
      } finally {
        hidden.dispose();
      }
    }
  }
}
