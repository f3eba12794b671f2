import type { BackendName } from '@thinkbits/inference';
import { createModel, describeModel, type Model, selectBackend } from '@thinkbits/inference';
import { quantize } from '@thinkbits/quantize';
import type { ComputeType, Engine, JsonObject, Recipe } from '@thinkbits/spec';
import { findCalibration } from '../calibration/find-calibration.js';
import { isFloat } from '../load-model.js';
import { type ModelPlace, openModel } from '../resolve/model.js';
import { resolvePipeline } from '../resolve/quantizer.js';

/** Everything that an engine is made from, as data: it crosses to worker threads. */
export interface EngineSpecification {
  readonly place: ModelPlace;
  readonly recipe: Recipe;
  /** What names of packages are resolved from. */
  readonly directory: string;
  readonly backend: BackendName;
  /** Threads of the backend in each worker; its own default where absent. */
  readonly threads?: number;
  readonly compute: ComputeType;
  /** Rows decoded together; the engine's own default where absent. */
  readonly batch?: number;
}

/** What a model holds, for those who only see its engine. */
export function memoryOf({ memory }: Model): JsonObject {
  const { heldBytes, packedBytes, floatBytes, kvBytesPerToken } = memory;
  return { heldBytes, packedBytes, floatBytes, kvBytesPerToken: { ...kvBytesPerToken } };
}

/** Opens the model, quantizes it in memory where the recipe says so, and puts an engine on it that frees both. */
export async function buildEngine(
  specification: EngineSpecification,
  signal: AbortSignal = new AbortController().signal,
): Promise<Engine> {
  const { place, recipe, directory, backend, threads, compute, batch } = specification;
  await selectBackend({ name: backend, ...(threads !== undefined && { threads }), compute });
  const checkpoint = await openModel(place, { signal });
  const info = describeModel(checkpoint.config, checkpoint.label);
  const model = isFloat(recipe)
    ? await createModel(checkpoint, { signal })
    : await quantize(
        { info, checkpoint },
        {
          recipe,
          pipeline: await resolvePipeline(recipe, directory),
          signal,
          calibrationSource: findCalibration(directory),
        },
      );
  const engine = model.engine(batch === undefined ? {} : { batch });
  return {
    info: { ...engine.info, details: { ...engine.info.details, memory: memoryOf(model) } },
    generate: (requests, options) => engine.generate(requests, options),
    async dispose() {
      await engine.dispose();
      model.dispose();
      await checkpoint.close();
    },
  };
}
