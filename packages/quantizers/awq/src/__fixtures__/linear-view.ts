import * as tf from '@tensorflow/tfjs-core';
import { createRandom } from '@thinkbits/numerics';
import type { BlockView, LinearInfo, LinearScheme, StageContext, WeightScheme } from '@thinkbits/spec';

/** A matrix on the host. */
export interface Values {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

export const matrixOf = (rows: number, columns: number, value: (i: number) => number): Values => ({
  rows,
  columns,
  values: Float32Array.from({ length: rows * columns }, (_, i) => value(i)),
});

/** Standard normal values by seed; `factor` multiplies a column. */
export function normal(
  name: string,
  rows: number,
  columns: number,
  factor: (column: number) => number = () => 1,
): Values {
  const random = createRandom(name);
  return matrixOf(rows, columns, (i) => random.normal() * factor(i % columns));
}

const tensorOf = ({ rows, columns, values }: Values) => tf.tensor2d(values, [rows, columns]);

/** A decoder layer whose one linear, called `down_proj`, reads what `up_proj` gives, in these batches `[tokens, in]`. */
export function linearView(weight: Values, batches: readonly Values[], scheme: WeightScheme): BlockView {
  const down: LinearInfo = { name: 'down_proj', out: weight.rows, in: weight.columns, bias: false };
  const up: LinearInfo = { name: 'up_proj', out: weight.columns, in: 4, bias: false };
  async function* inputs(): AsyncGenerator<tf.Tensor2D> {
    for (const batch of batches) {
      const tensor = tensorOf(batch);
      yield tensor;
      tensor.dispose();
    }
  }
  const view: Partial<BlockView> = {
    info: {
      index: 0,
      stages: [[], [], [up], [down]],
      folds: [{ from: up.name, into: [down.name], kind: 'linear' }],
    },
    schemes: new Map([[down.name, { weight: scheme } as LinearScheme]]),
    weight: async () => tensorOf(weight),
    inputs,
    hidden: inputs,
  };
  return view as BlockView;
}

export const context = {} as StageContext;
