import type { Budget, CalibrationSpec, ModelInfo, Quantizer } from '@thinkbits/spec';
import { findRounder } from './complete-pipeline.js';

/** What taking calibration text through a model takes beside the stages that look at it. */
export interface WalkEstimate {
  /** Bytes of activations in memory: what is kept of all windows, within the budget, and one window in work. */
  readonly bytes: number;
  /** Products with the weights, once a path, and two more where it is the walk that measures output errors. */
  readonly productFlops: number;
}

/** Estimates a calibration walk from shapes. */
export function estimateWalk(
  model: ModelInfo,
  pipeline: readonly Quantizer[],
  { tokens, windowTokens = 0, bytes }: Budget,
  through: CalibrationSpec['through'] = 'quantized',
): WalkEstimate {
  const sees = pipeline.filter(({ needs }) => needs.calibration !== 'none');
  if (sees.length === 0 || tokens === 0) return { bytes: 0, productFlops: 0 };
  const rounder = findRounder(pipeline);
  const othersSee = sees.some(({ role }) => role !== 'transform');
  const withFloat =
    (othersSee && through === 'float') ||
    rounder?.needs.calibration === 'inputs+float' ||
    sees.some(({ role }) => role === 'transform');
  const withQuantized = othersSee && through === 'quantized';
  const paths = Number(withFloat) + Number(withQuantized);
  const linears = model.blocks.flatMap(({ stages }) => stages.flat());
  const widest = Math.max(...linears.map((linear) => linear.in));
  const weights = linears.reduce((sum, linear) => sum + linear.in * linear.out, 0);
  const kept = 4 * paths * tokens * (model.hidden + widest);
  // a window's gate and up projections, side by side and apart, and what is made of them
  const inWork = 4 * 5 * widest * windowTokens;
  const products = paths + (rounder?.needs.calibration === 'none' ? 2 : 0);
  return { bytes: Math.min(kept, bytes) + inWork, productFlops: 2 * products * tokens * weights };
}
