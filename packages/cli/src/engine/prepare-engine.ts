import { availableParallelism } from 'node:os';
import type { Checkpoint } from '@thinkbits/checkpoint';
import type { EngineInfo, ModelInfo, Recipe } from '@thinkbits/spec';
import { chooseBackend } from '../choose-backend.js';
import { isFloat } from '../load-model.js';
import { type ModelPlace, openModel } from '../resolve/model.js';
import type { Session } from '../session.js';
import type { EngineSpecification } from './build-engine.js';
import { LazyEngine } from './lazy-engine.js';
import { openEngine } from './open-engine.js';
import { defaultWorkers } from './worker-count.js';

/** How an evaluation may use the machine; none of it changes a result. */
export interface EngineOptions {
  readonly workers?: number;
  readonly batch?: number;
}

/** An engine that is opened when it is needed, and what identifies its model. */
export interface PreparedEngine {
  readonly engine: LazyEngine;
  readonly model: { readonly id: string; readonly hash: string };
  /** What was done to the model: the given recipe, or the one that the checkpoint was written with; null = nothing. */
  readonly recipe: Recipe | null;
  readonly info: ModelInfo;
  readonly workers: number;
}

async function identify(checkpoint: Checkpoint, recipe: Recipe) {
  const { describeModel } = await import('@thinkbits/inference');
  return {
    info: describeModel(checkpoint.config, checkpoint.label),
    hash: await checkpoint.hash(),
    recipe: isFloat(recipe) ? (checkpoint.thinkbits?.recipe ?? null) : recipe,
  };
}

/**
 * Reads what identifies a model and says how its engine will be made.
 * @param requests how many answers will be asked for, at most
 */
export async function prepareEngine(
  job: {
    readonly place: ModelPlace;
    readonly recipe: Recipe;
    readonly requests: number;
  } & EngineOptions,
  session: Session,
): Promise<PreparedEngine> {
  const { place, recipe, requests, batch } = job;
  const { host, options } = session;
  const { name: backend } = await chooseBackend(session);
  const checkpoint = await openModel(place, { signal: host.signal });
  const {
    info,
    hash,
    recipe: done,
  } = await identify(checkpoint, recipe).finally(() => checkpoint.close());
  const modelBytes = info.parameters * 4;
  const workers = job.workers ?? defaultWorkers({ requests, backend, modelBytes });
  const specification: EngineSpecification = {
    place,
    recipe,
    directory: host.directory,
    backend,
    threads: options.threads ?? Math.max(1, Math.floor(availableParallelism() / workers)),
    compute: options.compute,
    ...(batch !== undefined && { batch }),
  };
  const engineInfo: EngineInfo = {
    engine: 'thinkbits',
    backend,
    model: place.name,
    modelHash: hash,
    compute: options.compute,
    details: {},
  };
  const open = async () => {
    if (workers > 1) session.note(`${place.name}: ${workers} workers`);
    return openEngine(specification, workers, host.signal);
  };
  return {
    engine: new LazyEngine(engineInfo, open),
    model: { id: place.name, hash },
    recipe: done,
    info,
    workers,
  };
}
