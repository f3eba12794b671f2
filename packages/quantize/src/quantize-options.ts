import type { HubOptions } from '@thinkbits/checkpoint/node';
import {
  type CalibrationSpec,
  nearestName,
  type Quantizer,
  type RecipeInput,
  type Rounder,
  ThinkbitsError,
} from '@thinkbits/spec';

import type { CalibrationText } from './calibration-text/calibration-text.js';
import type { CalibrationTexts } from './calibration-text/read-calibration-source.js';

/**
 * What happens when a stage fails on a layer: stop, or round that layer with another rounder and say so in
 * its report.
 */
export type LayerFailurePolicy = 'throw' | { readonly fallback: Rounder };

/** What is to be done, either part by part or as a whole `recipe`. */
export interface QuantizeOptions
  extends Pick<RecipeInput, 'weights' | 'activations' | 'kv' | 'rules' | 'seed'> {
  /** Stages in order: transforms, the rounder, a KV codec. No rounder means `rtn`. */
  readonly pipeline?: readonly Quantizer[];
  /**
   * Takes the place of `weights`, `activations`, `kv`, `rules` and `seed`. Its `pipeline` only names the
   * stages given above.
   */
  readonly recipe?: RecipeInput;
  /**
   * For stages that calibrate: texts, cut as the recipe's `calibration` says (default: 128 windows of 2048 tokens), or windows
   * of tokens. Where absent, the text that the recipe's `calibration.source` names is read.
   */
  readonly calibration?: CalibrationText | readonly string[];
  /**
   * Finds calibration text by names that only the caller knows, and paths from where the caller stands; `undefined` leaves the
   * source to `readCalibrationSource`.
   */
  readonly calibrationSource?: FindCalibration;
  /**
   * Bytes of activations that may stay in memory before they spill to a temporary file. Default: a quarter of what is free, 1 GiB
   * at least.
   */
  readonly activationBytes?: number;
  /** Whether to begin although the plan's peak is more than the machine has free. Default false: refuse. */
  readonly ignoreMemory?: boolean;
  /** Default `'throw'`: a layer that a stage cannot quantize is for the caller to know about. */
  readonly onLayerFailure?: LayerFailurePolicy;
  /** Looked at between linears. */
  readonly signal?: AbortSignal;
}

/** See {@link QuantizeOptions.calibrationSource}. */
export type FindCalibration = (
  source: string,
  options: Pick<HubOptions, 'signal' | 'emit'>,
) => Promise<CalibrationTexts | undefined>;

/** Options in their one complete form. */
export interface QuantizeRequest {
  readonly recipe: RecipeInput;
  readonly pipeline: readonly Quantizer[];
  readonly calibration?: CalibrationText | readonly string[];
  readonly calibrationSource?: FindCalibration;
  readonly activationBytes: number;
  readonly ignoreMemory: boolean;
  readonly onLayerFailure: LayerFailurePolicy;
  readonly signal?: AbortSignal;
}

/**
 * Bytes of activations that stay in memory during calibration where the caller sets no budget: a quarter of what is free, and 1 GiB
 * at least. The results are the same with any.
 */
export const defaultActivationBytes = (available: number = process.availableMemory()): number =>
  Math.max(2 ** 30, Math.floor(available / 4));

const schemeOptions = ['weights', 'activations', 'kv', 'rules', 'seed'] as const;
const commonOptions = [
  ...schemeOptions,
  'pipeline',
  'recipe',
  'calibration',
  'calibrationSource',
  'activationBytes',
  'ignoreMemory',
  'onLayerFailure',
  'signal',
];

function refuse(code: string, message: string, help: string): never {
  throw new ThinkbitsError({ code, category: 'usage', message, help });
}

function checkStage(stage: Quantizer, what: string): void {
  const complete =
    typeof stage === 'object' &&
    stage !== null &&
    stage.specificationVersion === 'v1' &&
    typeof stage.plan === 'function';
  if (complete) return;
  const found = typeof stage === 'function' ? 'a function' : JSON.stringify(stage);
  refuse(
    'pipeline/not-a-quantizer',
    `${what} is ${found}, not a quantizer of specification v1.`,
    'Hand over what a factory returns, for example rtn(); apps resolve names.',
  );
}

function checkFallback(fallback: Rounder): void {
  checkStage(fallback, 'onLayerFailure.fallback');
  const { id, role, needs } = fallback;
  if (role === 'rounder' && needs.calibration === 'none') return;
  refuse(
    'options/bad-fallback',
    `onLayerFailure.fallback is ${id}, a ${role} that needs calibration "${needs.calibration}".`,
    'Fall back to a rounder that needs none, for example rtn().',
  );
}

/** Handed-over text as a recipe records it; the checkpoint records its hash. */
function describeText(
  text: CalibrationText | readonly string[],
  asked: Partial<CalibrationSpec> | undefined,
): Partial<CalibrationSpec> {
  if (!('windows' in text)) return { ...asked };
  const { windows, hash } = text;
  const length = Math.max(0, ...windows.map((window) => window.length));
  return {
    source: `sha256:${hash}`,
    samples: windows.length,
    length,
    seed: 0,
    sampling: 'windows',
    ...(asked?.through && { through: asked.through }),
  };
}

/**
 * Brings options into one form.
 * @param extra names of options that the calling verb has besides
 * @throws ThinkbitsError `options/unknown`, `options/recipe-twice`, `options/bad-fallback`,
 *   `pipeline/not-a-quantizer`, `pipeline/unresolved`
 */
export function readOptions(
  options: QuantizeOptions,
  extra: readonly string[] = [],
): QuantizeRequest {
  const known = [...commonOptions, ...extra];
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const near = nearestName(name, known);
    refuse(
      'options/unknown',
      `There is no option "${name}".`,
      `${near ? `Did you mean "${near}"? ` : ''}Options are ${known.join(', ')}.`,
    );
  }
  const { pipeline = [], recipe, calibration, onLayerFailure = 'throw', signal } = options;
  const { activationBytes = defaultActivationBytes(), calibrationSource } = options;
  const { ignoreMemory = false } = options;
  if (!(activationBytes >= 0)) {
    refuse(
      'options/activation-bytes',
      `activationBytes is ${activationBytes}.`,
      'Give a number of bytes, or leave it out for a quarter of what is free.',
    );
  }
  const parts = schemeOptions.filter((name) => options[name] !== undefined);
  if (recipe && parts.length > 0) {
    refuse(
      'options/recipe-twice',
      `Both a recipe and ${parts.join(', ')} are given.`,
      `Say ${parts.join(', ')} in the recipe.`,
    );
  }
  pipeline.forEach((stage, index) => {
    checkStage(stage, `pipeline[${index}]`);
  });
  if (onLayerFailure !== 'throw') checkFallback(onLayerFailure.fallback);
  const named = recipe?.pipeline ?? [];
  if (named.length > 0 && named.length !== pipeline.length) {
    refuse(
      'pipeline/unresolved',
      `The recipe names ${named.map((stage) => stage.use).join(', ')}, and ${pipeline.length} quantizers are given.`,
      'Make each named stage and hand it over in `pipeline`: libraries do not resolve names.',
    );
  }
  const asked: RecipeInput =
    recipe ?? Object.fromEntries(parts.map((name) => [name, options[name]]));
  return {
    recipe: calibration
      ? { ...asked, calibration: describeText(calibration, asked.calibration) }
      : asked,
    ...(calibration && { calibration }),
    ...(calibrationSource && { calibrationSource }),
    activationBytes,
    ignoreMemory,
    pipeline,
    onLayerFailure,
    ...(signal && { signal }),
  };
}
