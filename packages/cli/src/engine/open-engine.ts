import { createWorkerEngine } from '@thinkbits/engine-workers';
import type { Engine, Json } from '@thinkbits/spec';
import { buildEngine, type EngineSpecification } from './build-engine.js';

/** Worker threads run built code, also where this file runs from its source. */
function workerModule(): URL {
  const fromSource = import.meta.url.endsWith('.ts');
  return new URL(
    fromSource ? '../../dist/worker-engine.js' : './worker-engine.js',
    import.meta.url,
  );
}

/** The engine that a specification describes: in this thread, or one in each of several workers. */
export async function openEngine(
  specification: EngineSpecification,
  workers: number,
  signal: AbortSignal,
): Promise<Engine> {
  if (workers === 1) return buildEngine(specification, signal);
  const data = specification as unknown as Json;
  return createWorkerEngine({ module: workerModule(), data, workers });
}
