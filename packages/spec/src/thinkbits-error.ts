import type { Json } from './json.js';

const marker: unique symbol = Symbol.for('thinkbits.error') as never;

/**
 * Who has to act, and so the exit code of the command line:
 * `negative` 1 (the answer is "no"), `usage` 2, `input` 3, `machine` 4, `interrupted` 130.
 */
export type ErrorCategory = 'negative' | 'usage' | 'input' | 'machine' | 'interrupted';

/** What a {@link ThinkbitsError} is made of. */
export interface ThinkbitsErrorOptions {
  /** Stable, `area/what`, for example `safetensors/truncated`. */
  readonly code: string;
  readonly category?: ErrorCategory;
  /** What is wrong, with the offending value. */
  readonly message: string;
  /** What to do about it. */
  readonly help: string;
  /** The offending values, machine readable. */
  readonly details?: Json;
  readonly cause?: unknown;
}

/** An error as data, to store or send; `new ThinkbitsError(record)` makes it an error again. */
export type ErrorRecord = Omit<ThinkbitsErrorOptions, 'cause'>;

/**
 * The one error class of Thinkbits: a stable code, what is wrong, the value, and the remedy.
 *
 * Recognise it with {@link ThinkbitsError.isInstance}, which works across duplicated package versions where
 * `instanceof` does not.
 */
export class ThinkbitsError extends Error {
  readonly code: string;
  readonly category: ErrorCategory;
  readonly help: string;
  readonly details: Json | undefined;

  constructor(options: ThinkbitsErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ThinkbitsError';
    this.code = options.code;
    this.category = options.category ?? 'input';
    this.help = options.help;
    this.details = options.details;
    Object.defineProperty(this, marker, { value: true });
  }

  static isInstance(error: unknown): error is ThinkbitsError {
    return typeof error === 'object' && error !== null && (error as never)[marker] === true;
  }
}

/** An error as data, without its cause and stack. */
export function toErrorRecord(error: ThinkbitsError): ErrorRecord {
  const { code, category, message, help, details } = error;
  return { code, category, message, help, ...(details !== undefined && { details }) };
}

/** Throws the coded error of an aborted call when `signal` is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  if (ThinkbitsError.isInstance(signal.reason)) throw signal.reason;
  throw new ThinkbitsError({
    code: 'run/aborted',
    category: 'interrupted',
    message: 'The call was aborted.',
    help: 'Run the same call again: finished work is kept.',
    cause: signal.reason,
  });
}
