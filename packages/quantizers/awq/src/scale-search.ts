import { abs, sum, tidy } from '@tensorflow/tfjs-core';
import { dequantizeWeight, roundToNearest } from '@thinkbits/numerics';
import { createProductSum } from '@thinkbits/ops';
import { type BlockView, type Fold, ThinkbitsError, throwIfAborted } from '@thinkbits/spec';
import { channelScales, meanWeights } from './channel-scales.js';
import { halfLoss, type OutputLoss, ownLoss } from './compared-output.js';
import { type FloatLinear, readFloatLinears, scaleWeight } from './float-linear.js';
import type { CompleteAwqOptions } from './options.js';

/** What the search over the ratios of one fold found. */
export interface ScaleSearch {
  readonly fold: Fold;
  /** x̄, `[in]`: mean |x| of each channel over all tokens. */
  readonly activationMean: Float32Array;
  /** w̄, `[in]`: with duo scaling. */
  readonly weightMean?: Float32Array;
  /** Mean squared difference of the compared output at each ratio i / ratioGrid. */
  readonly losses: readonly number[];
  /** Of rounding without scales: that of ratio 0, except with duo scaling. */
  readonly unscaledLoss: number;
  /** The ratio with the least loss; undefined where no scales did better than ones. */
  readonly ratio: number | undefined;
  /** `[in]`: what the consumers' columns are multiplied by. */
  readonly scales: Float32Array;
}

/** Stages of a decoder layer by what they read: [[q, k, v], [o], [gate, up], [down]]. */
const [attentionStage, outputStage] = [0, 1];

/**
 * Searches the scales of every place of a decoder layer where a scale may be folded (AWQ, arXiv 2306.00978,
 * equations 4 and 5; methods.md §1.2, step 3): the input norm into q, k, v by the output of attention, the norm
 * after it into gate and up by that of the feed-forward half, v into o and up into down by o's and down's own.
 * Every search sees the weights without the scales of the others; folds into linears that stay in float are
 * passed over.
 * @throws ThinkbitsError `awq/no-inputs`, `awq/not-finite`, `run/aborted`; what `roundToNearest` throws
 */
export async function searchScales(
  block: BlockView,
  options: CompleteAwqOptions,
  signal?: AbortSignal,
): Promise<ScaleSearch[]> {
  const found: ScaleSearch[] = [];
  for (const fold of block.info.folds) {
    throwIfAborted(signal);
    if (!isSearched(block, fold, options)) continue;
    const stage = block.info.stages.findIndex((linears) =>
      linears.some(({ name }) => fold.into.includes(name)),
    );
    const readers = (block.info.stages[stage] ?? []).filter(({ name }) => fold.into.includes(name));
    const linears = await readFloatLinears(block, readers);
    if (linears.length > 0)
      found.push(await searchFold(block, fold, stage, linears, options, signal));
  }
  return found;
}

/** A value channel is scaled only where v and o have one shape, as in the reference (methods.md §1.2, step 3b). */
function isSearched(block: BlockView, fold: Fold, { valueToOutput }: CompleteAwqOptions): boolean {
  const output = block.info.stages[outputStage]?.find(({ name }) => fold.into.includes(name));
  if (!output) return true;
  const value = block.info.stages[attentionStage]?.find(({ name }) => name === fold.from);
  return valueToOutput && value?.out === output.out && value.in === output.in;
}

async function searchFold(
  block: BlockView,
  fold: Fold,
  stage: number,
  linears: readonly FloatLinear[],
  { ratioGrid, duoScaling }: CompleteAwqOptions,
  signal: AbortSignal | undefined,
): Promise<ScaleSearch> {
  const own = fold.kind === 'linear';
  const { activationMean, products, tokens, batches } = await observeStage(block, stage, own);
  const [first] = linears as [FloatLinear];
  if (tokens === 0) throw noInputs(first);
  const half = stage === attentionStage ? 'attention' : 'feed-forward';
  const loss = products
    ? ownLoss(first, products, tokens, signal)
    : halfLoss(block, linears, half, batches);
  const weightMean = duoScaling ? meanWeights(linears) : undefined;

  const losses: number[] = [];
  const ones = new Float32Array(first.linear.in).fill(1);
  // Ratio 0 gives ones, unless weights have a say.
  const unscaledLoss = duoScaling ? await lossOf(ones, linears, loss) : undefined;
  let best: Pick<ScaleSearch, 'ratio' | 'scales'> = { ratio: undefined, scales: ones };
  let least = unscaledLoss ?? Number.POSITIVE_INFINITY;
  for (let step = 0; step < ratioGrid; step++) {
    throwIfAborted(signal);
    const ratio = step / ratioGrid;
    const scales = channelScales(activationMean, ratio, weightMean);
    const lost = await lossOf(scales, linears, loss);
    losses.push(lost);
    // NaN is never less
    if (lost < least) {
      least = lost;
      best = { ratio, scales };
    }
  }
  if (!Number.isFinite(least)) throw notFinite(first);
  return {
    fold,
    activationMean,
    ...(weightMean && { weightMean }),
    losses,
    unscaledLoss: unscaledLoss ?? (losses[0] as number),
    ...best,
  };
}

/** The loss with W' = Q(W · diag(s)) · diag(s)⁻¹ in every linear. */
function lossOf(
  scales: Float32Array,
  linears: readonly FloatLinear[],
  loss: OutputLoss,
): Promise<number> {
  const trial = linears.map((float) => {
    const { out, in: columns } = float.linear;
    const scaled = scaleWeight(float, scales); // [out, in]
    const rounded = dequantizeWeight(roundToNearest(scaled, out, columns, float.scheme));
    for (let i = 0; i < rounded.length; i++) {
      rounded[i] = (rounded[i] as number) / (scales[i % columns] as number);
    }
    return rounded;
  });
  return loss(trial);
}

/** What the linears of a stage read, summed up; the products Σ xxᵀ, `[in, in]`, on request. */
async function observeStage(block: BlockView, stage: number, withProducts: boolean) {
  const columns = block.info.stages[stage]?.[0]?.in as number;
  const sums = new Float64Array(columns);
  const gathered = createProductSum();
  let [tokens, batches] = [0, 0];
  try {
    for await (const input of block.inputs(stage)) {
      const magnitudes = tidy(() => sum(abs(input), 0)); // [in]
      for (const [i, value] of (await magnitudes.data()).entries()) {
        sums[i] = (sums[i] as number) + value;
      }
      magnitudes.dispose();
      if (withProducts) await gathered.add(input, input);
      tokens += input.shape[0];
      batches++;
    }
    const activationMean = Float32Array.from(sums, (total) => total / tokens);
    return { activationMean, products: gathered.take(1), tokens, batches };
  } finally {
    gathered.dispose();
  }
}

function noInputs({ linear }: FloatLinear): ThinkbitsError {
  return new ThinkbitsError({
    code: 'awq/no-inputs',
    message: `awq saw no inputs of ${linear.name}.`,
    help: 'Calibrate on at least one token, or round without awq.',
    details: { linear: linear.name },
  });
}

function notFinite({ linear }: FloatLinear): ThinkbitsError {
  return new ThinkbitsError({
    code: 'awq/not-finite',
    message: `No scales of the inputs of ${linear.name} give a finite loss.`,
    help: 'Its output overflows in float32: look at the weights and at the calibration text.',
    details: { linear: linear.name },
  });
}
