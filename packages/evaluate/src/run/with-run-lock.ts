import { rm } from 'node:fs/promises';
import { lockDirectory } from '@thinkbits/checkpoint/node';
import { runPaths } from './paths.js';
import { temporaryName } from './replace-file.js';

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
    // What a killed rewrite left.
    await rm(temporaryName(runPaths(directory).samples), { force: true });
    return await work();
  } finally {
    await lock.release();
  }
}
