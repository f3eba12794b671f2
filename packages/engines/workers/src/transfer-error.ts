import { ThinkbitsError } from '@thinkbits/spec';
import type { PlainError } from './protocol.js';

/** What is left of an error when it crosses to another thread: class instances do not survive. */
export function toPlainError(error: unknown): PlainError {
  if (ThinkbitsError.isInstance(error)) {
    const { code, category, help, message, stack } = error;
    return { code, category, help, message, ...(stack && { stack }) };
  }
  if (error instanceof Error)
    return { message: error.message, ...(error.stack && { stack: error.stack }) };
  return { message: String(error) };
}

/** The error again, with its code where it had one. */
export function fromPlainError(plain: PlainError): Error {
  if (plain.code === undefined)
    return Object.assign(new Error(plain.message), plain.stack && { stack: plain.stack });
  return new ThinkbitsError({
    code: plain.code,
    category: (plain.category ?? 'input') as 'input',
    message: plain.message,
    help: plain.help ?? '',
  });
}
