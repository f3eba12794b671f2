import { type Json, ThinkbitsError } from '@thinkbits/spec';

/** What a failed setup may carry besides its words. */
interface SetupErrorExtra {
  readonly details?: Json;
  readonly cause?: unknown;
}

/** The coded error `setup/WHAT` of something that this machine lacks. */
export function setupError(
  what: string,
  message: string,
  help: string,
  extra: SetupErrorExtra = {},
): ThinkbitsError {
  return new ThinkbitsError({
    code: `setup/${what}`,
    category: 'machine',
    message,
    help,
    ...extra,
  });
}
