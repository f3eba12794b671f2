import type { Tensor2D } from '@tensorflow/tfjs-core';
import {
  completeCompensation,
  planCompensatedRounding,
  schemeOfOptions,
} from '@thinkbits/numerics';
import { openCompensatedSession, roundAlone } from '@thinkbits/ops';
import type { RoundedLinear, Rounder } from '@thinkbits/spec';
import { checkOptions, type GptqOptions } from './options.js';

/** A rounder that can also be handed a single matrix. */
export interface Gptq extends Rounder {
  /**
   * Rounds one weight, `[out, in]`, for inputs of `[tokens, in]` each; the caller keeps the tensors.
   * @throws ThinkbitsError `gptq/no-bits` when the options name no bits; what a session throws
   */
  round(weight: Tensor2D, inputs: readonly Tensor2D[]): Promise<RoundedLinear>;
}

/**
 * GPTQ (arXiv 2210.17323; methods.md §1.3): columns are rounded one after the other, and those to come are
 * moved so that the output ‖X(W - Ŵ)ᵀ‖² over the calibration inputs grows least. Linears that read the same
 * inputs share their Hessian 2/n Σ XXᵀ.
 *
 * Sessions throw `gptq/no-inputs`, `hessian/not-finite`, `hessian/not-positive-definite` (naming the
 * linears), `weight/not-finite`.
 * @throws ThinkbitsError `gptq/options`
 */
export function gptq(options: GptqOptions = {}): Gptq {
  const checked = checkOptions(options);
  const defaultScheme = schemeOfOptions(checked);
  const compensation = completeCompensation(checked);
  const { clipSearch } = compensation;
  const session = { id: 'gptq', compensation };
  return {
    specificationVersion: 'v1',
    role: 'rounder',
    id: 'gptq',
    options: { ...defaultScheme, ...compensation, clipSearch: clipSearch && { ...clipSearch } },
    needs: { calibration: 'inputs' },
    ...(defaultScheme && { defaultScheme }),
    plan: (model, schemes, budget) =>
      planCompensatedRounding(model, schemes, budget, {
        statistics: 1,
        passes: clipSearch ? Math.trunc(clipSearch.grid * clipSearch.shrink) : 1,
      }),
    open: (targets, context) => openCompensatedSession(targets, context, session),
    round: (weight, inputs) =>
      roundAlone(
        weight,
        defaultScheme,
        inputs.map((input) => ({ input })),
        session,
      ),
  };
}
