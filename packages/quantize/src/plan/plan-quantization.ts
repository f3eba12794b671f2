import type { Budget, Issue, ModelInfo, Plan, Quantizer, RecipeInput } from '@thinkbits/spec';
import { defaultActivationBytes } from '../quantize-options.js';
import { readRecipe } from '../read-recipe.js';
import { checkPipeline } from './check-pipeline.js';
import { checkSchemes } from './check-schemes.js';
import { completePipeline, findKvCodec } from './complete-pipeline.js';
import { estimateBytes } from './estimate-bytes.js';
import { estimateSeconds } from './estimate-seconds.js';
import { estimateWalk } from './estimate-walk.js';
import { planCalibration } from './plan-calibration.js';
import type { QuantizationPlan } from './quantization-plan.js';
import { resolveRecipe } from './resolve-recipe.js';
import { transformedModel } from './transformed-model.js';

/** What a stage finds too, one linear at a time, the core has said already, once for all linears. */
function withoutRepeats(own: readonly Issue[], ofStages: readonly Issue[]): Issue[] {
  const told = new Set(own.map(({ code }) => code));
  return [...own, ...ofStages.filter(({ code }) => !told.has(code))];
}

/**
 * A dry run: what would be done to a model, what it would need, and everything that is wrong with the
 * request.
 *
 * Reads no weights and throws only for a recipe that is no recipe; all else is in `issues`.
 * @param model as `describeModel` or `model.info` gives it
 * @param recipe what is left out has its default
 * @param pipeline the stages; names in `recipe.pipeline` are resolved by apps
 * @param activationBytes that may stay in memory; as `quantize` has it where absent
 * @throws ThinkbitsError `recipe/invalid`
 */
export function planQuantization(
  model: ModelInfo,
  recipe: RecipeInput,
  pipeline: readonly Quantizer[] = [],
  activationBytes: number = defaultActivationBytes(),
): QuantizationPlan {
  const complete = completePipeline(readRecipe(recipe, pipeline), pipeline);
  const { schemes, issues: ruleIssues } = resolveRecipe(model, complete.recipe);
  const planned = planCalibration(complete.recipe, model, complete.pipeline);
  const { samples = 0, length = 0 } = planned.calibration ?? {};
  const allowed: Budget = {
    tokens: samples * length,
    windowTokens: length,
    bytes: activationBytes,
  };
  const stagePlans = complete.pipeline.map((stage) => stage.plan(model, schemes, allowed));
  const transformed = transformedModel(model, complete.pipeline);
  const bytes = estimateBytes(transformed, schemes);
  const walk = estimateWalk(model, complete.pipeline, allowed, planned.calibration?.through);
  const total = (pick: (plan: Plan) => number) =>
    stagePlans.reduce((sum, plan) => sum + pick(plan), walk.productFlops);
  const flops = total((plan) => plan.flops);
  const productFlops = total((plan) => plan.productFlops ?? 0);
  return {
    issues: withoutRepeats(
      [
        ...checkPipeline(complete.pipeline, complete.recipe),
        ...complete.issues,
        ...ruleIssues,
        ...checkSchemes(transformed, schemes, findKvCodec(pipeline)),
      ],
      stagePlans.flatMap((plan) => plan.issues),
    ),
    model: transformed,
    recipe: planned,
    pipeline: complete.pipeline,
    schemes,
    floatBytes: bytes.float,
    packedBytes: bytes.packed,
    diskBytes: bytes.disk,
    peakBytes: bytes.peak + walk.bytes + Math.max(0, ...stagePlans.map((plan) => plan.peakBytes)),
    flops,
    estimatedSeconds: estimateSeconds(bytes.float + bytes.disk, flops, productFlops),
  };
}
