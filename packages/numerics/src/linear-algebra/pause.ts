import { throwIfAborted } from '@thinkbits/spec';

/**
 * Lets timers and input run, then looks whether to go on; long loops over typed arrays call it between
 * blocks.
 * @throws ThinkbitsError `run/aborted`
 */
export async function pause(signal: AbortSignal | undefined): Promise<void> {
  throwIfAborted(signal);
  await new Promise<void>((resolve) => setTimeout(resolve, 0));
  throwIfAborted(signal);
}
