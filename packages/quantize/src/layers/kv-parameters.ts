import { checkKvParameters } from '@thinkbits/ops';
import { type KvParameters, type ModelInfo, ThinkbitsError } from '@thinkbits/spec';
import type { CalibrationWalk } from '../calibration/calibration-walk.js';
import { findKvCodec } from '../plan/complete-pipeline.js';
import type { QuantizationPlan } from '../plan/quantization-plan.js';

/**
 * How each decoder layer stores keys and values: from the codec, or the scheme itself where the pipeline has
 * none. The cache has the last word on what it can store.
 * @param walk after it went through all layers: it has what calibration found, and the schemes of layers for which transforms
 *   found better ones than the plan's
 * @returns undefined where the cache is float, and before calibration where the codec needs any
 * @throws ThinkbitsError `pipeline/kv-codec-without-parameters`, `kv/…`
 */
export function kvParameters(
  { schemes, pipeline }: QuantizationPlan,
  model: ModelInfo,
  walk?: CalibrationWalk,
): readonly KvParameters[] | undefined {
  const { kv } = schemes;
  if (!kv) return undefined;
  const codec = findKvCodec(pipeline);
  const calibrates = codec !== undefined && codec.needs.calibration !== 'none';
  if (calibrates && !walk) return undefined;
  return model.blocks.map(({ index }) => {
    const scheme = walk?.kv.get(index) ?? kv;
    if (!codec) return checked({ scheme }, model);
    const parameters = calibrates
      ? walk?.kvCalibration?.parameters.get(index)
      : codec.parameters?.(scheme, index);
    if (parameters) return checked(parameters, model);
    throw new ThinkbitsError({
      code: 'pipeline/kv-codec-without-parameters',
      message: `${codec.id} gives no parameters for layer ${index}.`,
      help: `This is a defect of ${codec.id}: run the conformance kit on it.`,
    });
  });
}

function checked(parameters: KvParameters, model: ModelInfo): KvParameters {
  checkKvParameters(parameters, model);
  return parameters;
}
