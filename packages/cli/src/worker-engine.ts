import type { Engine, Json } from '@thinkbits/spec';
import { buildEngine, type EngineSpecification } from './engine/build-engine.js';

/**
 * What each worker thread of an evaluation starts with: it makes a model of its own.
 * @param data an {@link EngineSpecification}
 */
export default async function createEngine(data: Json): Promise<Engine> {
  return buildEngine(data as unknown as EngineSpecification);
}
