import { Worker } from 'node:worker_threads';
import {
  type EngineInfo,
  type GenerationRequest,
  type GenerationResult,
  type TextDelta,
  ThinkbitsError,
} from '@thinkbits/spec';
import type { FromWorker, ToWorker, WorkerStart } from './protocol.js';
import { fromPlainError } from './transfer-error.js';

/** Who listens to a job. */
export interface JobListener {
  onResult(result: GenerationResult): void;
  onDelta?(delta: TextDelta): void;
  onEnd(): void;
  onError(error: Error): void;
}

/** One worker thread and the jobs it has under way. */
export class WorkerHandle {
  readonly ready: Promise<EngineInfo>;
  private readonly worker: Worker;
  private readonly jobs = new Map<number, JobListener>();
  private next = 0;

  constructor(script: URL, start: WorkerStart, execArgv?: string[]) {
    this.worker = new Worker(script, { workerData: start, ...(execArgv && { execArgv }) });
    this.ready = new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        reject(error);
        for (const listener of this.jobs.values()) listener.onError(error);
        this.jobs.clear();
      };
      this.worker.on('message', (message: FromWorker) => {
        if (message.type === 'ready') resolve(message.info);
        else if (message.type === 'error' && message.job === undefined)
          fail(fromPlainError(message.error));
        else this.deliver(message as Exclude<FromWorker, { type: 'ready' }>);
      });
      this.worker.on('error', fail);
      this.worker.on('exit', (code) => {
        fail(
          new ThinkbitsError({
            code: 'engine/worker-exited',
            category: 'machine',
            message: `A worker thread ended with code ${code} before its work was done.`,
            help: 'It may have run out of memory: use fewer workers or a smaller batch.',
          }),
        );
      });
    });
    // Whoever awaits `ready` sees the failure; it must not also end the process.
    this.ready.catch(() => {});
  }

  /** Starts a job; the returned function cancels it. */
  generate(requests: readonly GenerationRequest[], listener: JobListener): () => void {
    const job = this.next++;
    this.jobs.set(job, listener);
    this.post({ type: 'generate', job, requests, deltas: listener.onDelta !== undefined });
    return () => this.post({ type: 'cancel', job });
  }

  async dispose(): Promise<void> {
    this.jobs.clear();
    this.post({ type: 'dispose' });
    await this.worker.terminate();
  }

  private post(message: ToWorker): void {
    this.worker.postMessage(message);
  }

  private deliver(message: Exclude<FromWorker, { type: 'ready' }>): void {
    const listener = this.jobs.get(message.job as number);
    if (!listener) return;
    if (message.type === 'result') listener.onResult(message.result);
    else if (message.type === 'delta') listener.onDelta?.(message.delta);
    else {
      this.jobs.delete(message.job as number);
      if (message.type === 'end') listener.onEnd();
      else listener.onError(fromPlainError(message.error));
    }
  }
}
