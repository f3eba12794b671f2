import { KvCache } from '@thinkbits/ops';
import { type KvParameters, type KvScheme, type ModelInfo, ThinkbitsError } from '@thinkbits/spec';
import { findKvCodec } from '../plan/complete-pipeline.js';
import type { QuantizationPlan } from '../plan/quantization-plan.js';

/**
 * How each decoder layer stores keys and values: from the codec, or the scheme itself where the pipeline has
 * none. The cache has the last word on what it can store.
 * @param found the schemes of decoder layers for which transforms found better ones than the plan's
 * @throws ThinkbitsError `pipeline/kv-codec-without-parameters`, `kv/…`
 */
export function kvParameters(
  { schemes, pipeline }: QuantizationPlan,
  model: ModelInfo,
  found?: ReadonlyMap<number, KvScheme>,
): readonly KvParameters[] | undefined {
  const { kv } = schemes;
  if (!kv) return undefined;
  const codec = findKvCodec(pipeline);
  const parametersOf = (block: number, scheme: KvScheme): KvParameters => {
    if (!codec) return { scheme };
    if (codec.parameters) return codec.parameters(scheme, block);
    throw new ThinkbitsError({
      code: 'pipeline/kv-codec-without-parameters',
      message: `${codec.id} needs no calibration and gives no parameters.`,
      help: `This is a defect of ${codec.id}: run the conformance kit on it.`,
    });
  };
  const parameters = model.blocks.map(({ index }) => parametersOf(index, found?.get(index) ?? kv));
  const { kvHeads, headDim } = model;
  new KvCache({ layers: parameters.length, kvHeads, headDim, parameters });
  return parameters;
}
