import { throwIfAborted } from '@thinkbits/spec';

type Schedule = (run: () => void) => unknown;

/** Node's `setImmediate`, which waits for no clock; a browser's shortest timer. */
const schedule: Schedule =
  (globalThis as { setImmediate?: Schedule }).setImmediate ?? ((run) => setTimeout(run, 0));

/**
 * Lets timers and input run, then looks whether to go on; long loops over typed arrays call it between
 * blocks.
 * @throws ThinkbitsError `run/aborted`
 */
export async function pause(signal: AbortSignal | undefined): Promise<void> {
  throwIfAborted(signal);
  await new Promise<void>((resolve) => schedule(resolve));
  throwIfAborted(signal);
}
