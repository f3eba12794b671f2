import { squaredDifference, sum, type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { quadraticTrace } from '@thinkbits/numerics';
import { blockedOptions } from '@thinkbits/ops';
import type { BlockForward, BlockView } from '@thinkbits/spec';
import type { FloatLinear } from './float-linear.js';

/** The mean squared difference of an output when the linears have these weights, `[out, in]` each. */
export type OutputLoss = (trial: readonly Float32Array[]) => Promise<number>;

/**
 * Compares what a half of the decoder layer adds to the residual stream, batch by batch.
 * @param batches how many the view has
 */
export function halfLoss(
  block: BlockView,
  linears: readonly FloatLinear[],
  result: NonNullable<BlockForward['result']>,
  batches: number,
): OutputLoss {
  return async (trial) => {
    const replaced = new Map(
      linears.map(({ linear }, i): [string, Tensor2D] => [
        linear.name,
        tensor2d(trial[i] as Float32Array, [linear.out, linear.in]),
      ]),
    );
    let [total, count] = [0, 0];
    try {
      for (let batch = 0; batch < batches; batch++) {
        const expected = await block.forward(batch, { result }); // [tokens, hidden]
        const actual = await block.forward(batch, { result, replaced }); // [tokens, hidden]
        const error = tidy(() => sum(squaredDifference(actual, expected)));
        total += (await error.data())[0] as number;
        count += expected.size;
        for (const tensor of [expected, actual, error]) tensor.dispose();
      }
    } finally {
      for (const tensor of replaced.values()) tensor.dispose();
    }
    return total / count;
  };
}

/**
 * Compares the linear's own output without computing it: Σ ((W' - W) x)² = tr(D G Dᵀ) with D = W' - W and
 * G = Σ xxᵀ.
 * @param products G, `[in, in]`
 * @param tokens that G sums over
 */
export function ownLoss(
  { linear, values }: FloatLinear,
  products: Float32Array,
  tokens: number,
  signal: AbortSignal | undefined,
): OutputLoss {
  const options = blockedOptions(signal);
  return async ([trial]) => {
    const difference = values.map((value, i) => ((trial as Float32Array)[i] as number) - value);
    const error = await quadraticTrace(difference, linear.out, products, linear.in, options);
    return Math.max(error, 0) / (tokens * linear.out);
  };
}
