import { rtn } from '@thinkbits/quantizer-rtn';
import {
  completeWeightScheme,
  type Issue,
  type Json,
  type JsonObject,
  type KvCodec,
  type Quantizer,
  type Recipe,
  type RecipeStage,
  type Rounder,
} from '@thinkbits/spec';
import { canonicalJson } from '@thinkbits/validation';

/** A recipe and the stages that carry it out, with nothing left to default. */
export interface CompletePipeline {
  readonly recipe: Recipe;
  readonly pipeline: readonly Quantizer[];
  readonly issues: readonly Issue[];
}

/** The one rounder of a checked pipeline. */
export function findRounder(pipeline: readonly Quantizer[]): Rounder | undefined {
  return pipeline.find((stage) => stage.role === 'rounder');
}

/** The one KV codec of a checked pipeline. */
export function findKvCodec(pipeline: readonly Quantizer[]): KvCodec | undefined {
  return pipeline.find((stage) => stage.role === 'kv-codec');
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A stage as a recipe records it; `use` keeps the name under which a caller resolved it. Options that only
 * repeat the factory's default scheme are left out: the recipe's own scheme is canonical, and equal work is
 * to have equal records.
 */
function recordStage(stage: Quantizer, use: string): RecipeStage {
  const repeated: object = ('defaultScheme' in stage && stage.defaultScheme) || {};
  const options = Object.entries(isObject(stage.options) ? stage.options : {}).filter(
    ([name, value]) => JSON.stringify(repeated[name as never]) !== JSON.stringify(value),
  );
  return { use, ...Object.fromEntries(options) };
}

/**
 * Settles what stands in two places: the scheme of the recipe is canonical, the one of a stage's factory its
 * default, and weights that nobody rounds are rounded by `rtn` (docs/decisions/0001-default-rounder.md).
 *
 * Issues: `pipeline/bits-conflict`, `pipeline/scheme-conflict`, `pipeline/default-rounder`,
 * `pipeline/rounder-without-scheme`, `pipeline/kv-codec-without-scheme`.
 */
export function completePipeline(recipe: Recipe, given: readonly Quantizer[]): CompletePipeline {
  const issues: Issue[] = [];
  const conflict = (stage: Quantizer, own: number, wanted: number): void => {
    issues.push({
      severity: 'error',
      code: 'pipeline/bits-conflict',
      subject: stage.id,
      message: `${stage.id} was made for ${own} bits, and the recipe asks for ${wanted}.`,
      help: 'Give the bits once: leave them out of the factory where the recipe has a scheme.',
    });
  };

  const rounder = findRounder(given);
  const weights = recipe.weights ?? rounder?.defaultScheme;
  const own = rounder?.defaultScheme;
  if (rounder && own && recipe.weights) {
    if (own.bits !== recipe.weights.bits) conflict(rounder, own.bits, recipe.weights.bits);
    const usual = completeWeightScheme({ bits: own.bits });
    for (const part of ['float', 'group', 'symmetric', 'range'] as const) {
      // A default of the factory is nobody's wish; only what departs from it contradicts the recipe.
      const [mine, wanted] = [own[part], recipe.weights[part]].map((value) =>
        JSON.stringify(value),
      );
      if (mine === JSON.stringify(usual[part]) || mine === wanted) continue;
      issues.push({
        severity: 'error',
        code: 'pipeline/scheme-conflict',
        subject: rounder.id,
        message: `${rounder.id} was made with ${part} ${mine}, and the recipe asks for ${wanted ?? 'none'}.`,
        help: 'Give the scheme once: leave it out of the factory where the recipe has one.',
      });
    }
  }
  const codec = findKvCodec(given);
  const kv = recipe.kv ?? codec?.defaultScheme;
  if (recipe.kv && codec?.defaultScheme) {
    for (const half of ['key', 'value'] as const) {
      const [own, wanted] = [codec.defaultScheme[half]?.bits, recipe.kv[half]?.bits];
      if (own !== undefined && wanted !== undefined && own !== wanted) conflict(codec, own, wanted);
    }
  }

  const rounds =
    weights !== undefined || recipe.rules.some(({ scheme }) => scheme !== 'skip' && scheme.weight);
  if (rounder && !rounds) {
    issues.push({
      severity: 'error',
      code: 'pipeline/rounder-without-scheme',
      subject: rounder.id,
      message: `${rounder.id} rounds weights, and no weight bits are given.`,
      help: 'Add a weight scheme, for example { "weights": { "bits": 4 } } or w4, or take the rounder out.',
    });
  }
  if (codec && !kv) {
    issues.push({
      severity: 'error',
      code: 'pipeline/kv-codec-without-scheme',
      subject: codec.id,
      message: `${codec.id} stores keys and values, and no bits are given for them.`,
      help: 'Add a KV scheme, for example { "kv": { "bits": 4 } } or kv4, or take the codec out.',
    });
  }
  const pipeline = rounds && !rounder ? [...given, rtn()] : given;
  if (pipeline !== given) {
    issues.push({
      severity: 'info',
      code: 'pipeline/default-rounder',
      subject: 'rtn',
      message: 'No stage rounds weights, so rtn (round to nearest) does.',
    });
  }
  const uses =
    recipe.pipeline.length === given.length ? recipe.pipeline.map((stage) => stage.use) : [];
  const asRun: Recipe = {
    ...recipe,
    pipeline: pipeline.map((stage, index) => recordStage(stage, uses[index] ?? stage.id)),
    ...(weights && { weights }),
    ...(kv && { kv }),
  };
  // Keys in one order: a recipe is to be recorded in the same bytes however it was written.
  const sorted = JSON.parse(canonicalJson(asRun as unknown as Json)) as Recipe;
  return { recipe: sorted, pipeline, issues };
}
