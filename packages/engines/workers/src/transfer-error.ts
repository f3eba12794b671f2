import { ThinkbitsError, toErrorRecord } from '@thinkbits/spec';
import type { PlainError } from './protocol.js';

/** What is left of an error when it crosses to another thread: class instances do not survive. */
export function toPlainError(error: unknown): PlainError {
  if (!(error instanceof Error)) return { message: String(error) };
  const { message, stack } = error;
  const record = ThinkbitsError.isInstance(error) ? toErrorRecord(error) : undefined;
  return { message, ...(stack && { stack }), ...(record && { record }) };
}

/** The error again, with its code where it had one. */
export function fromPlainError({ message, stack, record }: PlainError): Error {
  if (record) return new ThinkbitsError(record);
  return Object.assign(new Error(message), stack && { stack });
}
