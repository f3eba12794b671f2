import {
  cast,
  concat,
  exp,
  type KernelFunc,
  max,
  mul,
  slice,
  sub,
  sum,
  type Tensor2D,
  tensor2d,
  tidy,
  topk,
} from '@tensorflow/tfjs-core';
import {
  type Candidate,
  drawAmong,
  type SampleTokensAttributes,
  sampleToken,
  type TokenChoice,
} from '@thinkbits/ops';
import type { NodeBackend } from './raw/binding.js';

/** Tokens of each row that leave the device: more than top-p keeps of all but the flattest rows. */
const most = 256;

/** What leaves the device for a row. */
interface LikeliestTokens {
  readonly ids: Int32Array;
  /** In falling order. */
  readonly logits: Float32Array;
  /** Σ e^((logit - highest) / temperature) over the whole vocabulary; NaN where a logit is no number. */
  readonly total: number;
}

/** The row's token; undefined where these tokens do not settle it. */
function settle(row: LikeliestTokens, choice: TokenChoice, vocabulary: number): number | undefined {
  const { ids, logits, total } = row;
  const { temperature, topK, topP, minP } = choice.sampling;
  if (Number.isNaN(total)) return undefined;
  if (temperature === 0) return ids[0];
  const highest = logits[0] as number;
  const candidates = Array.from(
    ids,
    (id, i): Candidate => ({
      id,
      weight: Math.exp(((logits[i] as number) - highest) / temperature),
    }),
  );
  const held = candidates.reduce((mass, { weight }) => mass + weight, 0);
  const isWhole = candidates.length === vocabulary;
  const last = (candidates.at(-1) as Candidate).weight;
  const enough =
    isWhole ||
    (topK > 0 ? topK <= candidates.length : topP < 1 && held >= topP * total) ||
    (minP > 0 && last < minP);
  return enough ? drawAmong(candidates, choice, total) : undefined;
}

/**
 * `SampleTokens` on TensorFlow: the likeliest tokens of every row are found on the device, and only they are read. A row that
 * they do not settle, a flat one or one without limits, is read whole.
 */
export const sampleTokensKernel: KernelFunc = ({ inputs, backend, attrs }) => {
  const { logits } = inputs as unknown as { logits: Tensor2D };
  const { choices } = attrs as unknown as SampleTokensAttributes;
  const [rows, vocabulary] = logits.shape;
  const count = Math.min(most, vocabulary);
  const read = tidy(() => {
    const inverse = choices.map(({ sampling: { temperature } }) => 1 / (temperature || 1));
    const scaled = mul(sub(logits, max(logits, 1, true)), tensor2d(inverse, [rows, 1]));
    const { indices, values } = topk(logits, count);
    // One array leaves the device: float32 holds every id up to 2^24.
    return concat([cast(indices, 'float32'), values, sum(exp(scaled), 1, true)], 1).dataSync();
  }) as Float32Array;
  const width = 2 * count + 1;
  const chosen = Int32Array.from(choices, (choice, row) => {
    const part = read.subarray(row * width, (row + 1) * width);
    const likeliest = {
      ids: Int32Array.from(part.subarray(0, count)),
      logits: part.subarray(count, 2 * count),
      total: part[2 * count] as number,
    };
    const id = settle(likeliest, choice, vocabulary);
    if (id !== undefined) return id;
    const whole = tidy(() => slice(logits, [row, 0], [1, vocabulary]).dataSync());
    return sampleToken(whole as Float32Array, choice);
  });
  const shape = [rows];
  return { dataId: (backend as NodeBackend).write(chosen, shape, 'int32'), shape, dtype: 'int32' };
};
