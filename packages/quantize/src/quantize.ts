import { createModel, type Model } from '@thinkbits/inference';
import {
  type Json,
  type QuantizedWeight,
  type Run,
  startRun,
  throwIfAborted,
} from '@thinkbits/spec';
import { canonicalJson } from '@thinkbits/validation';
import { activationSchemes } from './layers/activation-schemes.js';
import { kvParameters } from './layers/kv-parameters.js';
import { layerUnits } from './layers/layer-unit.js';
import { roundGroup } from './layers/round-group.js';
import { startRounding } from './layers/start-rounding.js';
import { acceptPlan } from './plan/accept-plan.js';
import { findRounder } from './plan/complete-pipeline.js';
import { type QuantizeOptions, readOptions } from './quantize-options.js';
import { refuseQuantized } from './refuse-quantized.js';

/**
 * Quantizes a model in memory: a new model over the same checkpoint, whose linears and cache are integers.
 *
 * Float weights are read layer by layer from the checkpoint, so `model` may be disposed before or after; the
 * result is the caller's to dispose. It equals what {@link quantizeCheckpoint} writes and `loadModel` opens,
 * to the bit. A quantized checkpoint may be given where no weight is to be rounded: it keeps its codes, and
 * activations and cache are as asked for here.
 * @throws ThinkbitsError `options/…`, `recipe/…`, the code of the plan's first error,
 * `model/already-quantized`,   `checkpoint/…`, `quantize/layer-failed`, `run/aborted`
 */
export function quantize(
  model: Pick<Model, 'info' | 'checkpoint'>,
  options: QuantizeOptions = {},
): Run<Model> {
  return startRun(async (emit) => {
    const request = readOptions(options);
    const { info, checkpoint } = model;
    const plan = acceptPlan(info, request, emit);
    if (findRounder(plan.pipeline)) refuseQuantized(checkpoint);
    const kv = kvParameters(plan, info);
    const work = await startRounding(checkpoint, plan, request, emit);
    const units = layerUnits(info);
    const quantized = new Map<string, QuantizedWeight>();
    const fallbacks: [linear: string, to: string][] = [];
    emit({ type: 'plan', label: 'quantize', total: units.length, unit: 'layers' });
    for (const [index, unit] of units.entries()) {
      for (const group of unit.groups) {
        for (const { name, weight, report } of await roundGroup(group, work)) {
          quantized.set(name, weight);
          if (report.fallback) fallbacks.push([name, report.fallback.to]);
          emit({ type: 'layer', report });
        }
      }
      emit({
        type: 'advance',
        done: index + 1,
        total: units.length,
        unit: 'layers',
        note: unit.name,
      });
    }
    throwIfAborted(request.signal);
    const activations = activationSchemes(plan.schemes);
    return createModel(checkpoint, {
      ...(quantized.size > 0 && { quantized }),
      ...(activations.size > 0 && { activations }),
      ...(kv && { kv }),
      provenance: canonicalJson({ recipe: plan.recipe, fallbacks } as unknown as Json),
      ...(request.signal && { signal: request.signal }),
    });
  });
}
