import { lockDirectory } from '@thinkbits/checkpoint/node';

/**
 * Runs `work` while no other call, of this process or another, may write to the directory.
 * @throws ThinkbitsError `directory/in-use`
 */
export async function withRunLock<Result>(
  directory: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const lock = await lockDirectory(directory);
  try {
    return await work();
  } finally {
    await lock.release();
  }
}
