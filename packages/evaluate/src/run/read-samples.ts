import { open } from 'node:fs/promises';
import { runPaths } from './paths.js';
import { readSampleLines } from './read-sample-lines.js';
import type { SampleLine } from './sample-line.js';

/**
 * The lines of a run's `samples.jsonl` one by one, with their texts, in the order of the file: all
 * that are there, also beyond the present limit and repeats.
 * @throws ThinkbitsError `run/corrupt-line`
 */
export async function* readSamples(directory: string): AsyncGenerator<SampleLine> {
  const path = runPaths(directory).samples;
  const file = await open(path, 'r');
  try {
    for await (const { line } of readSampleLines(file, path)) yield line;
  } finally {
    await file.close();
  }
}
