import type { Tensor2D } from '@tensorflow/tfjs-core';
import {
  completeCompensation,
  planCompensatedRounding,
  schemeOfOptions,
} from '@thinkbits/numerics';
import { openCompensatedSession, roundAlone } from '@thinkbits/ops';
import type { RoundedLinear, Rounder } from '@thinkbits/spec';
import { checkOptions, type GptaqOptions } from './options.js';

/**
 * The same tokens as a linear reads them in the quantized model and in the float model, `[tokens, in]` each.
 */
export interface InputPair {
  readonly input: Tensor2D;
  readonly floatInput: Tensor2D;
}

/** A rounder that can also be handed a single matrix. */
export interface Gptaq extends Rounder {
  /**
   * Rounds one weight, `[out, in]`; the caller keeps the tensors.
   * @throws ThinkbitsError `gptaq/no-bits` when the options name no bits; what a session throws
   */
  round(weight: Tensor2D, inputs: readonly InputPair[]): Promise<RoundedLinear>;
}

/**
 * GPTAQ (arXiv 2504.02692): GPTQ whose target is what the float model's linear puts out, ‖X̃Wᵀ - XŴᵀ‖², X̃
 * its inputs in the float model and X those that earlier, already rounded layers give. Beside the error of
 * its rounding, each column w_q hands w_q · ΔX_q to the columns after it, ΔX = X̃ - X. Where both inputs are
 * equal it is GPTQ.
 *
 * The report's output error is that of GPTQ, ‖X(W - Ŵ)ᵀ‖² / ‖XWᵀ‖², to compare; GPTAQ trades some of it for
 * the drift.
 *
 * Sessions throw `gptaq/no-inputs`, `gptaq/no-float-inputs`, `hessian/not-finite`,
 * `hessian/not-positive-definite` (naming the linears), `weight/not-finite`.
 * @throws ThinkbitsError `gptaq/options`
 */
export function gptaq(options: GptaqOptions = {}): Gptaq {
  const checked = checkOptions(options);
  const { alpha = 0.25 } = checked;
  const defaultScheme = schemeOfOptions(checked);
  const compensation = completeCompensation(checked);
  const { clipSearch } = compensation;
  const session = { id: 'gptaq', compensation, driftShare: alpha };
  return {
    specificationVersion: 'v1',
    role: 'rounder',
    id: 'gptaq',
    options: {
      ...defaultScheme,
      ...compensation,
      clipSearch: clipSearch && { ...clipSearch },
      alpha,
    },
    needs: { calibration: 'inputs+float' },
    ...(defaultScheme && { defaultScheme }),
    plan: (model, schemes, budget) =>
      planCompensatedRounding(model, schemes, budget, {
        statistics: 2,
        passes: clipSearch ? Math.trunc(clipSearch.grid * clipSearch.shrink) : 1,
      }),
    open: (targets, context) => openCompensatedSession(targets, context, session),
    round: (weight, inputs) => roundAlone(weight, defaultScheme, inputs, session),
  };
}
