import type { CalibrationSpec, ModelInfo, Quantizer, Recipe } from '@thinkbits/spec';
import { portableSource } from '../calibration-text/read-calibration-source.js';

/** Calibration with nothing left to settle. */
export interface PlannedCalibration extends CalibrationSpec {
  readonly length: number;
}

/** A recipe whose calibration is settled. */
export type PlannedRecipe = Recipe & { readonly calibration?: PlannedCalibration };

const usualLength = 2048;

/**
 * A recipe as a plan records it: a window length that is left open is the longest that a stage asks for,
 * within the model's positions; a file of calibration text is told by its last part.
 */
export function planCalibration(
  recipe: Recipe,
  model: ModelInfo,
  pipeline: readonly Quantizer[],
): PlannedRecipe {
  const { calibration } = recipe;
  if (!calibration) return recipe as PlannedRecipe;
  const asked = pipeline.flatMap((stage) => stage.calibrationLength?.(model) ?? []);
  const longest = Math.max(...(asked.length > 0 ? asked : [usualLength]));
  const { source } = calibration;
  const length =
    calibration.length === 'auto' ? Math.min(longest, model.maxPositions) : calibration.length;
  return {
    ...recipe,
    calibration: {
      ...calibration,
      length,
      ...(source !== undefined && { source: portableSource(source) }),
    },
  };
}
