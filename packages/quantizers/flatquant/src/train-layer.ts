import {
  dispose,
  mean,
  square,
  sub,
  type Tensor,
  tensor,
  tidy,
  valueAndGrads,
} from '@tensorflow/tfjs-core';
import { pause } from '@thinkbits/numerics';
import { registerGradients } from '@thinkbits/ops';
import { ThinkbitsError } from '@thinkbits/spec';
import { AdamW, cosineRate } from './adamw.js';
import type { FrozenLayer } from './frozen-layer.js';
import type { FlatquantOptions } from './options.js';
import type { Parameters } from './parameters.js';
import { quantizedLayer } from './quantized-layer.js';
import type { Batch, Teacher } from './teacher.js';

/** A training step, told when it is done. */
export interface TrainingStep {
  readonly epoch: number;
  /** Mean squared error of the layer's output before the step. */
  readonly loss: number;
  /** Of maps and diagonals. */
  readonly learningRate: number;
  /** Of the loss over its own value, by parameter. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

/** What {@link trainLayer} is told besides. */
export interface TrainingHooks {
  readonly signal?: AbortSignal;
  onStep?(step: TrainingStep): void;
  /** Told after an epoch, with the mean of its losses. */
  onEpoch?(epoch: number, loss: number): void;
}

/** Mean squared error against the teacher, and its gradient by parameter. */
async function differentiate(batch: Batch, layer: FrozenLayer, parameters: Parameters) {
  const names = [...parameters.keys()];
  const inputs = [...parameters.values()].map(({ values, shape }) => tensor(values, [...shape]));
  const squaredError = (...learned: Tensor[]): Tensor => {
    const byName = new Map(names.map((name, i) => [name, learned[i] as Tensor]));
    const output = quantizedLayer(batch.hidden, batch.lengths, layer, byName);
    return mean(square(sub(output, batch.target)));
  };
  const results: Tensor[] = [...inputs];
  try {
    const { value, grads } = tidy(() => valueAndGrads(squaredError as never)(inputs));
    results.push(value, ...grads);
    const [loss, ...slopes] = await Promise.all([value, ...grads].map((result) => result.data()));
    return {
      loss: loss?.[0] as number,
      slopes: new Map(names.map((name, i) => [name, slopes[i] as Float32Array])),
    };
  } finally {
    dispose(results);
  }
}

/**
 * Trains a decoder layer's maps and clips so that its quantized output comes close to the float one (FlatQuant, arXiv
 * 2410.09426, §3.2; methods.md §1.8): float inputs and targets, batches in a fixed order, the loss over its own value,
 * AdamW, rates that fall along a cosine.
 * @param parameters changed in place
 * @throws ThinkbitsError `flatquant/diverged`, `matrix/singular`, `run/aborted`
 */
export async function trainLayer(
  teacher: Teacher,
  layer: FrozenLayer,
  parameters: Parameters,
  options: Required<FlatquantOptions>,
  { signal, onStep, onEpoch }: TrainingHooks = {},
): Promise<void> {
  registerGradients();
  const { epochs, batch: size, learningRate, clipLearningRate, finalLearningRate } = options;
  const optimizer = new AdamW(options.weightDecay);
  const steps = epochs * Math.max(1, Math.floor((await teacher.windows()) / size));
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const losses: number[] = [];
    for await (const batch of teacher.batches(size)) {
      await pause(signal);
      const { loss, slopes } = await differentiate(batch, layer, parameters);
      if (!Number.isFinite(loss)) refuseDiverged(layer, step, loss);
      const rate = (first: number) => cosineRate(step, steps, first, finalLearningRate);
      const gradients = new Map<string, Float32Array>();
      for (const [name, slope] of slopes) {
        const gradient = loss > 0 ? slope.map((value) => value / loss) : slope;
        gradients.set(name, gradient);
        const first = name.startsWith('clip.') ? clipLearningRate : learningRate;
        optimizer.update(name, parameters.get(name)!.values, gradient, rate(first));
      }
      onStep?.({ epoch, loss, learningRate: rate(learningRate), gradients });
      losses.push(loss);
      step++;
    }
    onEpoch?.(epoch, losses.reduce((total, loss) => total + loss, 0) / losses.length);
  }
}

function refuseDiverged({ shape }: FrozenLayer, step: number, loss: number): never {
  const { index } = shape.block;
  throw new ThinkbitsError({
    code: 'flatquant/diverged',
    message: `Training of layer ${index} gave the loss ${loss} at step ${step}.`,
    help: 'Take a lower learningRate and clipLearningRate.',
    details: { layer: index, step },
  });
}
