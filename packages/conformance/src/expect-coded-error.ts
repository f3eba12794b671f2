import { ThinkbitsError } from '@thinkbits/spec';
import { expect } from 'vitest';

/**
 * Runs something that must fail with a {@link ThinkbitsError}: a code of the form `area/what`, a message and a remedy.
 * @returns the error
 */
export async function expectCodedError(what: string, run: () => unknown): Promise<ThinkbitsError> {
  let error: unknown;
  try {
    await run();
  } catch (thrown) {
    error = thrown;
  }
  expect(error, `${what} must fail`).toBeDefined();
  if (!ThinkbitsError.isInstance(error)) {
    return expect.fail(`${what} must fail with a ThinkbitsError, not with ${error}`);
  }
  expect(error.code, `${what}: the code`).toMatch(/^[a-z0-9-]+\/[a-z0-9-]+$/);
  expect(error.message, `${what}: the message`).not.toBe('');
  expect(error.help, `${what}: the remedy`).not.toBe('');
  return error;
}
