import { type KvParameters, type KvScheme, type Quantizer, ThinkbitsError } from '@thinkbits/spec';
import { findKvCodec } from '../plan/complete-pipeline.js';
import type { QuantizationPlan } from '../plan/quantization-plan.js';

/**
 * How each decoder layer stores keys and values: from the codec, or the scheme itself where the pipeline has
 * none.
 * @throws ThinkbitsError `pipeline/kv-codec-without-parameters`
 */
export function kvParameters(
  {
    schemes,
    pipeline,
  }: Pick<QuantizationPlan, 'schemes'> & { readonly pipeline: readonly Quantizer[] },
  blocks: number,
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
  return Array.from({ length: blocks }, (_, block) => parametersOf(block, kv));
}
