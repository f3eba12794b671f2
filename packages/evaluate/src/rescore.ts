import { type Issue, type Run, type Scorer, startRun, throwIfAborted } from '@thinkbits/spec';
import { requireScorer } from './check-evaluation.js';
import { finishRun } from './finish-run.js';
import { judge } from './judge-result.js';
import { createSampleLocator, type SampleLocator } from './run/locate-samples.js';
import { removeSummary } from './run/open-run-directory.js';
import { runPaths } from './run/paths.js';
import { planSamples, readRunDirectory } from './run/read-run-directory.js';
import { replaceFile } from './run/replace-file.js';
import { SampleLog } from './run/sample-log.js';
import { sortedSamples } from './run/sort-samples.js';
import { withRunLock } from './run/with-run-lock.js';
import type { RunSummary } from './summarize.js';

/** Options of {@link rescore}. */
export interface RescoreOptions {
  readonly signal?: AbortSignal;
}

/**
 * Judges the stored answers of a run anew, for example after a scorer was mended; nothing is
 * generated. The samples are replaced all at once. A run that is not finished gets its verdicts,
 * but no `summary.json`: the call that finishes it writes one.
 *
 * @returns the summary of the samples that are there
 * @throws ThinkbitsError `run/not-a-run`, `run/corrupt-line`, `run/foreign-sample`,
 *   `evaluate/missing-scorer`, `directory/in-use`, `disk/full`, `run/aborted`
 */
export function rescore(
  directory: string,
  scorers: ReadonlyMap<string, Scorer>,
  options: RescoreOptions = {},
): Run<RunSummary> {
  return startRun(async (emit) => {
    const run = await readRunDirectory(directory);
    for (const { scorer, benchmark } of run.problems) requireScorer(scorer, scorers, benchmark);
    const locate = createSampleLocator(run);
    return await withRunLock(directory, async () => {
      const { samples } = runPaths(directory);
      await withLog(samples, async (log) => {
        const report: Report = {
          issue: (issue) => emit({ type: 'issue', issue }),
          judged: (done, total) => {
            emit({ type: 'advance', done, total, unit: 'sample' });
            throwIfAborted(options.signal);
          },
        };
        const total = log.samples.size;
        emit({ type: 'plan', label: `score ${directory}`, total, unit: 'sample' });
        // From here to the end the old summary would not fit the verdicts.
        await removeSummary(directory);
        await replaceFile(samples, judgedLines(log, locate, scorers, report));
      });
      const planned = planSamples(run);
      return await withLog(samples, (log) =>
        finishRun(directory, { planned, log, locate, scorers }, emit),
      );
    });
  });
}

interface Report {
  issue(issue: Issue): void;
  judged(done: number, total: number): void;
}

async function* judgedLines(
  log: SampleLog,
  locate: SampleLocator,
  scorers: ReadonlyMap<string, Scorer>,
  report: Report,
): AsyncGenerator<string> {
  const samples = sortedSamples(log, locate);
  for (const [index, sample] of samples.entries()) {
    // What the old verdict noted does not outlive it.
    const { details: _, extra, ...line } = await log.line(sample);
    const { benchmark, scorer, choices } = locate(sample);
    const verdict =
      line.finish_reason === 'error'
        ? {}
        : judge({ ...line, choices }, requireScorer(scorer, scorers, benchmark), report.issue);
    yield `${JSON.stringify({ ...line, ...verdict, ...(extra && { extra }) })}\n`;
    report.judged(index + 1, samples.length);
  }
}

async function withLog<Result>(
  path: string,
  work: (log: SampleLog) => Promise<Result>,
): Promise<Result> {
  const log = await SampleLog.open(path);
  try {
    return await work(log);
  } finally {
    await log.close();
  }
}
