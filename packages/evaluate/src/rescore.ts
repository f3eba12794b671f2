import { type Run, type Scorer, startRun, ThinkbitsError } from '@thinkbits/spec';
import type { BenchmarkProblems } from './evaluate-options.js';
import { finishRun } from './finish-run.js';
import { judgeAgain } from './judge-again.js';
import { createSampleLocator } from './run/locate-samples.js';
import { runPaths } from './run/paths.js';
import { planSamples, type RunDirectory, readRunDirectory } from './run/read-run-directory.js';
import { SampleLog } from './run/sample-log.js';
import { withRunLock } from './run/with-run-lock.js';
import type { RunSummary } from './summarize.js';

/** Options of {@link rescore}. */
export interface RescoreOptions {
  /** The benchmarks of the run, where answers are judged by test cases: a run directory keeps none. */
  readonly benchmarks?: readonly BenchmarkProblems[];
  readonly signal?: AbortSignal;
}

/**
 * Judges the stored answers of a run anew, for example by other rules; nothing is generated. The samples are replaced all
 * at once, and `run.json` then names the scorers. A run that is not finished gets its verdicts, but no `summary.json`: the
 * call that finishes it writes one.
 *
 * @returns the summary of the samples that are there
 * @throws ThinkbitsError `run/not-a-run`, `run/corrupt-line`, `run/foreign-sample`,
 *   `evaluate/missing-scorer`, `evaluate/missing-tests`, `evaluate/other-data`, `directory/in-use`, `disk/full`, `run/aborted`
 */
export function rescore(
  directory: string,
  scorers: ReadonlyMap<string, Scorer>,
  options: RescoreOptions = {},
): Run<RunSummary> {
  return startRun(async (emit) => {
    const { benchmarks = [], signal } = options;
    const stored = await readRunDirectory(directory);
    checkData(stored, benchmarks);
    return await withRunLock(directory, async () => {
      await judgeAgain(directory, stored, { scorers, benchmarks, signal }, emit);
      const log = await SampleLog.open(runPaths(directory).samples);
      try {
        const planned = planSamples(stored);
        const locate = createSampleLocator(stored);
        return await finishRun(directory, { planned, log, locate, scorers }, emit);
      } finally {
        await log.close();
      }
    });
  });
}

/** Other rows under the same ids would give verdicts that nobody could explain. */
function checkData({ run }: RunDirectory, benchmarks: readonly BenchmarkProblems[]): void {
  for (const { benchmark, problems } of benchmarks) {
    const ran = run.benchmarks.find(({ id }) => id === benchmark.id);
    if (!ran || ran.data_hash === problems.dataHash) continue;
    throw new ThinkbitsError({
      code: 'evaluate/other-data',
      message: `The run asked ${benchmark.id} with the data ${ran.data_hash}, and ${problems.dataHash} is given.`,
      help: 'Give the benchmark with the data of the run.',
      details: { run: ran.data_hash, given: problems.dataHash },
    });
  }
}
