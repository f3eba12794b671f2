import type { Checkpoint } from '@thinkbits/checkpoint';
import { ThinkbitsError } from '@thinkbits/spec';
import type { CalibrationText } from '../calibration-text/calibration-text.js';
import type { QuantizationPlan } from '../plan/quantization-plan.js';
import type { QuantizeRequest } from '../quantize-options.js';

/**
 * The windows that a plan's stages calibrate on: those handed over, else cut from the source that the recipe names; undefined
 * where no stage sees any.
 * @throws ThinkbitsError `calibration/no-windows`, and what reading the source throws
 */
export async function readCalibration(
  checkpoint: Checkpoint,
  plan: QuantizationPlan,
  request: QuantizeRequest,
): Promise<CalibrationText | undefined> {
  if (plan.pipeline.every(({ needs }) => needs.calibration === 'none')) return undefined;
  const text = request.calibration;
  if (text && text.windows.length > 0) return text;
  throw new ThinkbitsError({
    code: 'calibration/no-windows',
    category: 'usage',
    message: `${checkpoint.label} is to be calibrated, and there are no windows of text.`,
    help: 'Hand over token windows, or name a source in the recipe.',
  });
}
