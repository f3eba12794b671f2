import type { CalibrationSpec, Recipe } from '@thinkbits/spec';
import { shippedCalibration } from './find-calibration.js';

/** The option `--calibration` in help. */
export const calibrationHelp =
  'text for methods that calibrate: a file (text, JSON lines, traces), OWNER/NAME:FILE of a hub data set, chain-traces, wikitext-2, c4, pile-validation, numina; NAME=FILE reads a file as that corpus';

/** How text of a source is cut where the recipe does not say: as the study cuts it, shipped traces whole. */
async function usualSampling(source: string): Promise<CalibrationSpec['sampling']> {
  if (Object.hasOwn(shippedCalibration, source)) return 'traces';
  const { calibrationSources } = await import('@thinkbits/quantize');
  const name = source.split('=')[0] as string;
  const corpus = Object.hasOwn(calibrationSources, name) ? calibrationSources[name] : undefined;
  return corpus?.sampling ?? 'windows';
}

/**
 * The recipe with calibration text from `source`; how it is cut is the recipe's to say, else that of `cut`, else what is
 * usual.
 */
export async function withCalibration(
  recipe: Recipe,
  source: string | undefined,
  cut: Partial<CalibrationSpec> = {},
): Promise<Recipe> {
  if (source === undefined) return recipe;
  const usual: CalibrationSpec = {
    samples: 128,
    length: 'auto',
    seed: 0,
    sampling: await usualSampling(source),
    through: 'quantized',
  };
  return { ...recipe, calibration: { ...usual, ...cut, ...recipe.calibration, source } };
}
