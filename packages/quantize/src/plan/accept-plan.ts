import { type ModelInfo, type Progress, ThinkbitsError } from '@thinkbits/spec';
import type { QuantizeRequest } from '../quantize-options.js';
import { planQuantization } from './plan-quantization.js';
import type { QuantizationPlan } from './quantization-plan.js';

/**
 * Plans a request and lets it pass only without errors; warnings and infos become progress events.
 * @throws ThinkbitsError with the code of the first error; `details.issues` has all of them
 */
export function acceptPlan(
  model: ModelInfo,
  request: QuantizeRequest,
  emit: (event: Progress) => void,
): QuantizationPlan {
  const plan = planQuantization(model, request.recipe, request.pipeline);
  const errors = plan.issues.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first) {
    const more =
      errors.length > 1
        ? ` (and ${errors.length - 1} more: ${errors
            .slice(1)
            .map(({ code }) => code)
            .join(', ')})`
        : '';
    throw new ThinkbitsError({
      code: first.code,
      message: `${first.message}${more}`,
      help: first.help ?? 'Change the recipe or take another model.',
      details: { issues: errors.map((issue) => ({ ...issue })) },
    });
  }
  for (const issue of plan.issues) emit({ type: 'issue', issue });
  return plan;
}
