import { getBackend } from '@tensorflow/tfjs-core';
import type { Checkpoint } from '@thinkbits/checkpoint';
import { selectBackend } from '@thinkbits/inference';
import { createRandom } from '@thinkbits/numerics';
import type { Progress, Quantizer } from '@thinkbits/spec';
import { CalibrationWalk } from '../calibration/calibration-walk.js';
import type { CalibrationText } from '../calibration-text/calibration-text.js';
import { findRounder } from '../plan/complete-pipeline.js';
import type { QuantizationPlan } from '../plan/quantization-plan.js';
import type { QuantizeRequest } from '../quantize-options.js';
import type { RoundingWork } from './round-group.js';

/** Whether a stage edits weights, or has to see what they are multiplied with. */
export const needsWalk = ({ role, needs }: Quantizer): boolean =>
  role === 'transform' || needs.calibration !== 'none';

/** What rounding the layers of a checkpoint needs; chooses a tfjs backend where the process has none yet. */
export async function startRounding(
  checkpoint: Checkpoint,
  plan: QuantizationPlan,
  request: QuantizeRequest,
  calibration: CalibrationText | undefined,
  emit: (event: Progress) => void,
): Promise<RoundingWork> {
  if (!getBackend()) await selectBackend();
  const { model } = plan;
  const schemes = plan.schemes.linears;
  const random = createRandom(plan.recipe.seed);
  const { signal, onLayerFailure, activationBytes } = request;
  const walk = plan.pipeline.some(needsWalk)
    ? new CalibrationWalk({
        model,
        checkpoint,
        pipeline: plan.pipeline,
        schemes,
        kvScheme: plan.schemes.kv,
        windows: calibration?.windows ?? [],
        through: plan.recipe.calibration?.through ?? 'quantized',
        activationBytes,
        random,
        ...(signal && { signal }),
        emit,
      })
    : undefined;
  return {
    model,
    checkpoint: walk?.checkpoint ?? checkpoint,
    schemes,
    rounder: findRounder(plan.pipeline),
    random,
    walk,
    onLayerFailure,
    signal,
    emit,
  };
}
