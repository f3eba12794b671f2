import { type ModelInfo, type Progress, ThinkbitsError } from '@thinkbits/spec';
import type { QuantizeRequest } from '../quantize-options.js';
import { planQuantization } from './plan-quantization.js';
import type { QuantizationPlan } from './quantization-plan.js';

/**
 * Refuses what the machine has no room for: a process that the system ends half-way says nothing.
 * @throws ThinkbitsError `memory/not-enough` (machine)
 */
function checkMemory({ peakBytes }: QuantizationPlan, available: number): void {
  if (peakBytes <= available) return;
  const inMegabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;
  throw new ThinkbitsError({
    code: 'memory/not-enough',
    category: 'machine',
    message: `Quantizing takes about ${inMegabytes(peakBytes)} of memory at its peak, and ${inMegabytes(available)} are free.`,
    help: 'Free memory, give activations less of it (activationBytes), leave the head in float, or take the risk (ignoreMemory).',
    details: { peakBytes, available },
  });
}

/**
 * Plans a request and lets it pass only without errors; warnings and infos become progress events.
 * @param available bytes of memory that the process may still take: what the system or its container has free
 * @throws ThinkbitsError with the code of the first error, `details.issues` has all of them; `memory/not-enough`
 */
export function acceptPlan(
  model: ModelInfo,
  request: QuantizeRequest,
  emit: (event: Progress) => void,
  available: number = process.availableMemory(),
): QuantizationPlan {
  const plan = planQuantization(model, request.recipe, request.pipeline, request.activationBytes);
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
  if (!request.ignoreMemory) checkMemory(plan, available);
  for (const issue of plan.issues) emit({ type: 'issue', issue });
  return plan;
}
