import type { ModelInfo, Quantizer } from '@thinkbits/spec';

/** A model as a pipeline's transforms leave it: one that rotates the residual stream parts a tied head from its table. */
export function transformedModel(model: ModelInfo, pipeline: readonly Quantizer[]): ModelInfo {
  const rotates = pipeline.some(
    (stage) => stage.role === 'transform' && stage.claims?.residualStream,
  );
  const { tiedTo, ...head } = model.head;
  if (!rotates || tiedTo === undefined) return model;
  return { ...model, head, parameters: model.parameters + head.out * head.in };
}
