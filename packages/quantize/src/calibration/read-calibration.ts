import type { Checkpoint } from '@thinkbits/checkpoint';
import { readTokenizer } from '@thinkbits/inference';
import { type ModelInfo, type Progress, ThinkbitsError } from '@thinkbits/spec';
import type { CalibrationText } from '../calibration-text/calibration-text.js';
import { cutCalibrationText } from '../calibration-text/cut-calibration-text.js';
import {
  type CalibrationTexts,
  readCalibrationSource,
} from '../calibration-text/read-calibration-source.js';
import type { QuantizationPlan } from '../plan/quantization-plan.js';
import type { QuantizeRequest } from '../quantize-options.js';

/** Texts that were handed over, or those that the recipe names. */
async function textsOf(
  { recipe, calibrationSource, signal }: QuantizeRequest,
  texts: readonly string[] | undefined,
  emit: (event: Progress) => void,
): Promise<CalibrationTexts> {
  if (texts) return { entries: texts.map((text) => ({ kind: 'text', text })) };
  const source = recipe.calibration?.source;
  if (source !== undefined) {
    const options = { emit, ...(signal && { signal }) };
    return (await calibrationSource?.(source, options)) ?? readCalibrationSource(source, options);
  }
  throw new ThinkbitsError({
    code: 'calibration/no-source',
    category: 'usage',
    message: 'The recipe says how calibration text is cut, and not where it comes from.',
    help: 'Name a file or corpus in calibration.source (--calibration on the command line), or hand texts over.',
  });
}

/**
 * The windows that a plan's stages calibrate on: those handed over, else cut from texts that were handed over or that the
 * recipe names; undefined where no stage sees any.
 * @throws ThinkbitsError `calibration/no-source`, `calibration/longer-than-model`, `calibration/no-tokenizer`, and what
 *   reading and cutting throw
 */
export async function readCalibration(
  checkpoint: Checkpoint,
  model: ModelInfo,
  plan: QuantizationPlan,
  request: QuantizeRequest,
  emit: (event: Progress) => void,
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
  const { entries, joined } = await textsOf(request, calibration, emit);
  return cutCalibrationText(entries, tokenizer, spec, joined);
}
