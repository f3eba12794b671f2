import { type Json, ThinkbitsError } from '@thinkbits/spec';

/** The command was used wrongly (exit code 2). */
export function usageError(
  code: string,
  message: string,
  help: string,
  details?: Json,
): ThinkbitsError {
  return new ThinkbitsError({
    code,
    category: 'usage',
    message,
    help,
    ...(details !== undefined && { details }),
  });
}
