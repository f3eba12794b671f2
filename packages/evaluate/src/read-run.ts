import { sampleRecord } from './run/locate-samples.js';
import { openSamples } from './run/open-samples.js';
import { runPaths } from './run/paths.js';
import { planSamples, readRunDirectory } from './run/read-run-directory.js';
import { readSampleLines } from './run/read-sample-lines.js';
import type { RunFile } from './run/run-file.js';
import type { SampleRecord } from './sample-record.js';

/** A run as it lies on disk. */
export interface StoredRun {
  readonly directory: string;
  readonly run: RunFile;
  /** The samples that `run.json` asks for and that are there, without their texts. */
  readonly samples: readonly SampleRecord[];
  /** How many it asks for. */
  readonly planned: number;
}

/**
 * Reads a run directory, finished or not, also while another process writes to it.
 * @throws ThinkbitsError `run/not-a-run`, `run/bad-run-file`, `run/newer-schema`, `run/corrupt-line`
 */
export async function readRun(directory: string): Promise<StoredRun> {
  const stored = await readRunDirectory(directory);
  const planned = new Map(planSamples(stored).map((sample) => [sample.key, sample]));
  // Of two lines with one key the later counts.
  const samples = new Map<string, SampleRecord>();
  const path = runPaths(directory).samples;
  const file = await openSamples(directory);
  try {
    if (file) {
      for await (const { line } of readSampleLines(file, path)) {
        const sample = planned.get(line.key);
        if (sample) samples.set(line.key, sampleRecord(line, sample.problem));
      }
    }
  } finally {
    await file?.close();
  }
  return { directory, run: stored.run, samples: [...samples.values()], planned: planned.size };
}
