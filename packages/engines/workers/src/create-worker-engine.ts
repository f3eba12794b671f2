import {
  type Engine,
  type EngineInfo,
  type GenerateOptions,
  type GenerationRequest,
  type GenerationResult,
  type Json,
  ThinkbitsError,
  throwIfAborted,
} from '@thinkbits/spec';
import { WorkerHandle } from './worker-handle.js';

/** Options of {@link createWorkerEngine}. */
export interface WorkerEngineOptions {
  /** A module whose default export is `(data: Json) => Promise<Engine>`; every worker loads it. */
  readonly module: URL | string;
  /** Handed to that function. */
  readonly data: Json;
  /** Worker threads, each with an engine, and so a model, of its own. */
  readonly workers: number;
}

/** Deals requests out in turn, so that each worker batches its share on its own. */
class WorkerEngine implements Engine {
  readonly info: EngineInfo;
  private readonly workers: readonly WorkerHandle[];

  constructor(info: EngineInfo, workers: readonly WorkerHandle[]) {
    this.info = info;
    this.workers = workers;
  }

  async *generate(
    requests: Iterable<GenerationRequest>,
    options: GenerateOptions = {},
  ): AsyncIterable<GenerationResult> {
    throwIfAborted(options.signal);
    const all = [...requests];
    const { onDelta, signal } = options;
    const results: GenerationResult[] = [];
    let failure: Error | undefined;
    let open = 0;
    let wake = (): void => {};
    const cancels = this.workers.map((worker, index) => {
      const share = all.filter((_, i) => i % this.workers.length === index);
      if (share.length === 0) return () => {};
      open++;
      return worker.generate(share, {
        onResult: (result) => {
          results.push(result);
          wake();
        },
        ...(onDelta && { onDelta: (delta) => onDelta(delta) }),
        onEnd: () => {
          open--;
          wake();
        },
        onError: (error) => {
          open--;
          failure ??= error;
          wake();
        },
      });
    });
    const onAbort = (): void => wake();
    signal?.addEventListener('abort', onAbort);
    try {
      for (;;) {
        while (results.length > 0) yield results.shift() as GenerationResult;
        throwIfAborted(signal);
        if (failure) throw failure;
        if (open === 0) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      signal?.removeEventListener('abort', onAbort);
      for (const cancel of cancels) cancel();
    }
  }

  async dispose(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.dispose()));
  }
}

/**
 * One engine per worker thread behind a single engine. Answers do not depend on the number of workers, because they do not
 * depend on what shares a batch.
 * @throws ThinkbitsError `engine/workers` for a bad number, and whatever the module throws while it makes its engine
 */
export async function createWorkerEngine(options: WorkerEngineOptions): Promise<Engine> {
  const { workers: count, data, module } = options;
  if (!Number.isInteger(count) || count < 1) {
    throw new ThinkbitsError({
      code: 'engine/workers',
      category: 'usage',
      message: `${count} workers were asked for.`,
      help: 'Give a whole number of workers, at least 1.',
    });
  }
  // A thread starts from built JavaScript, also where this file runs from its source under flags that only fit sources.
  const fromSource = import.meta.url.endsWith('.ts');
  const script = new URL(fromSource ? '../dist/worker.js' : './worker.js', import.meta.url);
  const start = { module: String(module), data };
  const workers = Array.from(
    { length: count },
    () => new WorkerHandle(script, start, fromSource ? [] : undefined),
  );
  try {
    const [info] = await Promise.all(workers.map((worker) => worker.ready));
    return new WorkerEngine(info as EngineInfo, workers);
  } catch (error) {
    await Promise.all(workers.map((worker) => worker.dispose()));
    throw error;
  }
}
