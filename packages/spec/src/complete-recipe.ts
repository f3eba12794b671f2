import { completeFloatFormat, floatBlocks } from './float-format.js';
import type { Recipe, RecipeInput } from './recipe.js';
import type {
  ActivationScheme,
  KvLayout,
  KvPartScheme,
  KvScheme,
  RangeRule,
  WeightScheme,
} from './scheme.js';

/** Methods that bring a grid of their own (interface.md §1). */
const ownRange: { readonly [method: string]: RangeRule } = { awq: 'min-max' };

/** What a weight scheme takes from the pipeline's methods where nobody says otherwise. */
function gridOf(pipeline: RecipeInput['pipeline'] = []): Partial<WeightScheme> {
  const range = pipeline.map(({ use }) => ownRange[use]).find((rule) => rule !== undefined);
  return range ? { range } : {};
}

/**
 * Defaults of interface.md §1: asymmetric, zero-inclusive range, per channel. Floats are symmetric, in the
 * blocks that their scales ask for.
 */
export function completeWeightScheme(
  input: Partial<WeightScheme> & Pick<WeightScheme, 'bits'>,
): WeightScheme {
  const usual = { group: 'channel', symmetric: false, range: 'zero-inclusive' } as const;
  if (!input.float) return { ...usual, ...input };
  const group = floatBlocks[input.float.scale] ?? 'channel';
  const float = completeFloatFormat(input.float);
  return { ...usual, group, symmetric: true, ...input, float };
}

/** Defaults: dynamic, per token, asymmetric, clip 1. Floats are symmetric, in the blocks of their scales. */
export function completeActivationScheme(
  input: Partial<ActivationScheme> & Pick<ActivationScheme, 'bits'>,
): ActivationScheme {
  const usual = { symmetric: false, clip: 1, tensorParallel: 1 } as const;
  if (!input.float) return { ...usual, ...input };
  const group = floatBlocks[input.float.scale];
  const float = completeFloatFormat(input.float);
  return { ...usual, ...(group && { group }), symmetric: true, ...input, float };
}

/** Defaults: per token and head, asymmetric, zero-inclusive, clip 1. Floats are symmetric, in the blocks of their scales. */
export function completeKvPartScheme(
  input: Partial<KvPartScheme> & Pick<KvPartScheme, 'bits'>,
): KvPartScheme {
  const usual = {
    axis: 'token',
    group: 'head',
    symmetric: false,
    range: 'zero-inclusive',
    clip: 1,
  } as const;
  if (!input.float) return { ...usual, ...input };
  const group = floatBlocks[input.float.scale] ?? 'head';
  const float = completeFloatFormat(input.float);
  return { ...usual, group, symmetric: true, ...input, float };
}

/**
 * Defaults: keys after the rotary embedding, no float window.
 * @param layout of the codec that stores the cache; it comes before the general defaults
 */
export function completeKvScheme(
  input: NonNullable<RecipeInput['kv']>,
  layout: KvLayout = {},
): KvScheme {
  const {
    key,
    value,
    window = layout.window ?? 0,
    rope = layout.rope ?? 'after',
  } = 'bits' in input
    ? { key: input, value: input }
    : (input as Exclude<RecipeInput['kv'], { bits: unknown } | undefined>);
  return {
    ...(key && { key: completeKvPartScheme({ ...layout.key, ...key }) }),
    ...(value && { value: completeKvPartScheme({ ...layout.value, ...value }) }),
    window,
    rope,
  };
}

/**
 * Spells out every default of a valid recipe, the range of weights among them where a method of the pipeline
 * brings its own; a weight scheme without a rounder stays as it is, see {@link parseShortRecipe}.
 * @param layout of the KV codec in the recipe's pipeline
 */
export function completeRecipe(input: RecipeInput, layout?: KvLayout): Recipe {
  const grid = gridOf(input.pipeline);
  return {
    pipeline: input.pipeline ?? [],
    ...(input.weights && { weights: completeWeightScheme({ ...grid, ...input.weights }) }),
    ...(input.activations && { activations: completeActivationScheme(input.activations) }),
    ...(input.kv && { kv: completeKvScheme(input.kv, layout) }),
    rules: (input.rules ?? []).map(({ match, scheme }) => ({
      match,
      scheme:
        scheme === 'skip'
          ? scheme
          : {
              ...(scheme.weight && { weight: completeWeightScheme({ ...grid, ...scheme.weight }) }),
              ...(scheme.activation && { activation: completeActivationScheme(scheme.activation) }),
            },
    })),
    ...(input.calibration && {
      calibration: {
        samples: 128,
        length: 2048,
        seed: 0,
        sampling: 'windows' as const,
        through: 'quantized' as const,
        ...input.calibration,
      },
    }),
    seed: input.seed ?? 0,
  };
}
