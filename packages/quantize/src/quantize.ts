import { createModel, type Model } from '@thinkbits/inference';
import {
  type Json,
  type QuantizedWeight,
  type Run,
  startRun,
  throwIfAborted,
} from '@thinkbits/spec';
import { canonicalJson } from '@thinkbits/validation';
import { readCalibration } from './calibration/read-calibration.js';
import { kvParameters } from './layers/kv-parameters.js';
import { layerUnits } from './layers/layer-unit.js';
import { activationSchemes, linearSchemes } from './layers/linear-schemes.js';
import type { FinishedLinear } from './layers/round-group.js';
import { roundUnit } from './layers/round-unit.js';
import { needsWalk, startRounding } from './layers/start-rounding.js';
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
    // What looks at float weights needs a float model, a rounder or not.
    if (findRounder(plan.pipeline) || plan.pipeline.some(needsWalk)) refuseQuantized(checkpoint);
    kvParameters(plan, info); // fails now rather than after hours of work
    const calibration = await readCalibration(checkpoint, info, plan, request, emit);
    const work = await startRounding(checkpoint, plan, request, calibration, emit);
    const units = layerUnits(plan.model);
    const quantized = new Map<string, QuantizedWeight>();
    const fallbacks: [linear: string, to: string][] = [];
    emit({ type: 'plan', label: 'quantize', total: units.length, unit: 'layers' });
    const keep = ({ name, weight, report }: FinishedLinear): void => {
      quantized.set(name, weight);
      if (report.fallback) fallbacks.push([name, report.fallback.to]);
      emit({ type: 'layer', report });
    };
    try {
      for (const [index, unit] of units.entries()) {
        await roundUnit(unit, work, keep);
        emit({
          type: 'advance',
          done: index + 1,
          total: units.length,
          unit: 'layers',
          note: unit.name,
        });
      }
    } finally {
      await work.walk?.dispose();
    }
    throwIfAborted(request.signal);
    const kv = kvParameters(plan, info, work.walk);
    const activations = activationSchemes(linearSchemes(plan.schemes, work.walk?.activations));
    const online = work.walk?.checkpoint.online ?? [];
    return createModel(work.checkpoint, {
      ...(quantized.size > 0 && { quantized }),
      ...(activations.size > 0 && { activations }),
      ...(kv && { kv }),
      ...(online.length > 0 && { online }),
      provenance: canonicalJson({
        recipe: plan.recipe,
        fallbacks,
        ...(calibration && { calibration: calibration.hash }),
      } as unknown as Json),
      ...(request.signal && { signal: request.signal }),
    });
  });
}
