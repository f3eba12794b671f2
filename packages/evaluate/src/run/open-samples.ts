import { type FileHandle, open } from 'node:fs/promises';
import { runPaths } from './paths.js';

/** A run's `samples.jsonl` for reading; undefined where it has none yet. The caller closes it. */
export async function openSamples(directory: string): Promise<FileHandle | undefined> {
  return await open(runPaths(directory).samples, 'r').catch((error) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
