import { getBackend } from '@tensorflow/tfjs-core';
import type { Checkpoint } from '@thinkbits/checkpoint';
import { describeModel, selectBackend } from '@thinkbits/inference';
import { createRandom } from '@thinkbits/numerics';
import type { Progress } from '@thinkbits/spec';
import { findRounder } from '../plan/complete-pipeline.js';
import type { QuantizationPlan } from '../plan/quantization-plan.js';
import type { QuantizeRequest } from '../quantize-options.js';
import type { RoundingWork } from './round-group.js';

/** What rounding the layers of a checkpoint needs; chooses a tfjs backend where the process has none yet. */
export async function startRounding(
  checkpoint: Checkpoint,
  plan: QuantizationPlan,
  request: QuantizeRequest,
  emit: (event: Progress) => void,
): Promise<RoundingWork> {
  if (!getBackend()) await selectBackend();
  return {
    model: describeModel(checkpoint.config, checkpoint.label),
    checkpoint,
    schemes: plan.schemes.linears,
    rounder: findRounder(plan.pipeline),
    random: createRandom(plan.recipe.seed),
    onLayerFailure: request.onLayerFailure,
    signal: request.signal,
    emit,
  };
}
