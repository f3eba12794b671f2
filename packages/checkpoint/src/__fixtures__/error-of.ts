import { ThinkbitsError } from '@thinkbits/spec';

/** The coded error that a call ends in; anything else fails the test. */
export async function errorOf(call: Promise<unknown> | (() => unknown)): Promise<ThinkbitsError> {
  try {
    await (typeof call === 'function' ? call() : call);
  } catch (error) {
    if (ThinkbitsError.isInstance(error)) return error;
    throw error;
  }
  throw new Error('The call did not fail.');
}
