import { resolve } from 'node:path';
import type { Checkpoint } from '@thinkbits/checkpoint';
import { readTokenizer } from '@thinkbits/inference';
import { type CalibrationSpec, type ModelInfo, ThinkbitsError } from '@thinkbits/spec';
import type { CalibrationEntry } from '../calibration-text/calibration-entry.js';
import type { CalibrationText } from '../calibration-text/calibration-text.js';
import { cutCalibrationText } from '../calibration-text/cut-calibration-text.js';
import { readCalibrationFile } from '../calibration-text/read-calibration-file.js';
import type { QuantizationPlan } from '../plan/quantization-plan.js';
import type { QuantizeRequest } from '../quantize-options.js';

/** Texts that were handed over, or the file that the recipe names. */
async function entriesOf(
  { source }: CalibrationSpec,
  texts: readonly string[] | undefined,
): Promise<CalibrationEntry[]> {
  if (texts) return texts.map((text) => ({ kind: 'text', text }));
  if (source !== undefined) return readCalibrationFile(resolve(source));
  throw new ThinkbitsError({
    code: 'calibration/no-source',
    category: 'usage',
    message: 'The recipe says how calibration text is cut, and not where it comes from.',
    help: 'Name a file in calibration.source (--calibration on the command line), or hand texts over.',
  });
}

/**
 * The windows that a plan's stages calibrate on: those handed over, else cut from texts that were handed over or from the
 * file that the recipe names; undefined where no stage sees any.
 * @throws ThinkbitsError `calibration/no-source`, `calibration/longer-than-model`, `calibration/no-tokenizer`, and what
 *   reading and cutting throw
 */
export async function readCalibration(
  checkpoint: Checkpoint,
  model: ModelInfo,
  plan: QuantizationPlan,
  request: QuantizeRequest,
): Promise<CalibrationText | undefined> {
  const { calibration } = request;
  const spec = plan.recipe.calibration;
  if (!spec || plan.pipeline.every(({ needs }) => needs.calibration === 'none')) return undefined;
  const longest =
    calibration && 'windows' in calibration
      ? Math.max(...calibration.windows.map((window) => window.length))
      : spec.length;
  if (longest > model.maxPositions) {
    throw new ThinkbitsError({
      code: 'calibration/longer-than-model',
      category: 'usage',
      message: `Calibration windows of ${longest} tokens are longer than the ${model.maxPositions} positions of ${checkpoint.label}.`,
      help: `Take windows of at most ${model.maxPositions} tokens (calibration.length).`,
    });
  }
  if (calibration && 'windows' in calibration) return calibration;
  const tokenizer = await readTokenizer(checkpoint);
  if (!tokenizer) {
    throw new ThinkbitsError({
      code: 'calibration/no-tokenizer',
      message: `${checkpoint.label} has no tokenizer to cut calibration text with.`,
      help: 'Put tokenizer.json beside the weights, or hand token windows over.',
    });
  }
  return cutCalibrationText(await entriesOf(spec, calibration), tokenizer, spec);
}
