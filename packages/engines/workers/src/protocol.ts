import type {
  EngineInfo,
  ErrorRecord,
  GenerationRequest,
  GenerationResult,
  Json,
  TextDelta,
} from '@thinkbits/spec';

/** What a worker is started with. */
export interface WorkerStart {
  /** URL of a module whose default export makes an engine. */
  readonly module: string;
  readonly data: Json;
}

/** An error on its way between threads. */
export interface PlainError {
  readonly message: string;
  readonly stack?: string;
  /** Of an error that has a code. */
  readonly record?: ErrorRecord;
}

/** To a worker. */
export type ToWorker =
  | {
      readonly type: 'generate';
      readonly job: number;
      readonly requests: readonly GenerationRequest[];
      readonly deltas: boolean;
    }
  | { readonly type: 'cancel'; readonly job: number }
  | { readonly type: 'dispose' };

/** From a worker. */
export type FromWorker =
  | { readonly type: 'ready'; readonly info: EngineInfo }
  | { readonly type: 'delta'; readonly job: number; readonly delta: TextDelta }
  | { readonly type: 'result'; readonly job: number; readonly result: GenerationResult }
  | { readonly type: 'end'; readonly job: number }
  | { readonly type: 'error'; readonly job: number | undefined; readonly error: PlainError };
