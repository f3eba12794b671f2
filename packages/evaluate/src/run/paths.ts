import { join } from 'node:path';

/** The files of a run directory. */
export function runPaths(directory: string) {
  return {
    run: join(directory, 'run.json'),
    problems: join(directory, 'problems.jsonl'),
    samples: join(directory, 'samples.jsonl'),
    summary: join(directory, 'summary.json'),
  };
}
