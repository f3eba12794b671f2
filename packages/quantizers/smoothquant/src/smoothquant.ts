import type { Tensor2D } from '@tensorflow/tfjs-core';
import { largestOfColumns } from '@thinkbits/ops';
import type { BlockView, Edit, StageContext, Transform } from '@thinkbits/spec';
import { completeOptions, type SmoothingSite, type SmoothquantOptions } from './options.js';
import { foldOf, planSmoothing } from './plan.js';
import { smoothingScales } from './smoothing-scales.js';

/** The weights of a group of linears, one at a time. */
async function* weightsOf(block: BlockView, names: readonly string[]): AsyncGenerator<Tensor2D> {
  for (const name of names) {
    const weight = await block.weight(name); // [out, in]
    try {
      yield weight;
    } finally {
      weight.dispose();
    }
  }
}

/** Divides a norm's channels by s and multiplies the columns of its readers by it, so that x/s · (W · s)ᵀ = x · Wᵀ. */
async function smooth(
  block: BlockView,
  site: SmoothingSite,
  alpha: number,
  { signal }: StageContext,
): Promise<Edit> {
  const { stage, producer, consumers } = foldOf(block.info, site);
  const inputs = await largestOfColumns(block.inputs(stage), producer, signal); // [in]
  const weights = await largestOfColumns(weightsOf(block, consumers), producer, signal); // [in]
  return { op: 'scale', producer, consumers, factors: smoothingScales(inputs, weights, alpha) };
}

/**
 * SmoothQuant (arXiv 2211.10438; methods.md §1.4): channels in which activations are large are divided by a scale that the
 * norm before them takes, and that the weights after them give back. What is left is even enough for a few bits a token.
 *
 * Only running maxima of the calibration inputs are kept.
 *
 * Proposals throw `calibration/no-inputs`.
 * @throws ThinkbitsError `smoothquant/options`
 */
export function smoothquant(options: SmoothquantOptions = {}): Transform {
  const { alpha, sites } = completeOptions(options);
  return {
    specificationVersion: 'v1',
    role: 'transform',
    id: 'smoothquant',
    options: { alpha, sites: [...sites] },
    needs: { calibration: 'input-statistics' },
    claims: { folds: sites.map((site) => `${site}-input` as const) },
    plan: (model, schemes, budget) => planSmoothing(model, schemes, budget, sites),
    async propose(block, context) {
      const edits: Edit[] = [];
      for (const site of sites) edits.push(await smooth(block, site, alpha, context));
      return { edits };
    },
  };
}
