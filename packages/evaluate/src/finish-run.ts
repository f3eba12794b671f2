import { writeFileAtomic } from '@thinkbits/checkpoint/node';
import { type Issue, type Progress, type Scorer, ThinkbitsError } from '@thinkbits/spec';
import { groupBy } from './group-by.js';
import { jsonText } from './run/json-text.js';
import { type SampleLocator, sampleRecord } from './run/locate-samples.js';
import { runPaths } from './run/paths.js';
import type { PlannedSample } from './run/read-run-directory.js';
import type { SampleLog, StoredSample } from './run/sample-log.js';
import { sortSampleFile } from './run/sort-samples.js';
import { type RunSummary, summarize } from './summarize.js';

/** A run whose answers are there. */
export interface AnsweredRun {
  readonly planned: readonly PlannedSample[];
  readonly log: SampleLog;
  readonly locate: SampleLocator;
  readonly scorers: ReadonlyMap<string, Scorer>;
}

/**
 * Ends a run: sorts the file, summarizes what was planned, and reports what a reader of the summary
 * should know. `summary.json` is written only where every planned sample is there.
 *
 * @throws ThinkbitsError `evaluate/nothing-answered`
 */
export async function finishRun(
  directory: string,
  { planned, log, locate, scorers }: AnsweredRun,
  emit: (event: Progress) => void,
): Promise<RunSummary> {
  const samples = planned.flatMap(({ key }) => log.samples.get(key) ?? []);
  const byBenchmark = groupBy(samples, (sample) => locate(sample).benchmark);
  for (const [benchmark, own] of byBenchmark) {
    for (const issue of issuesOf(benchmark, own)) emit({ type: 'issue', issue });
  }
  await sortSampleFile(log, locate);
  const records = samples.map((sample) => sampleRecord(sample, locate(sample)));
  const summary = summarize(records, scorers);
  if (samples.length === planned.length) {
    await writeFileAtomic(runPaths(directory).summary, jsonText(summary));
  }
  return summary;
}

function issuesOf(benchmark: string, samples: readonly StoredSample[]): Issue[] {
  const failed = samples.filter((sample) => sample.finish_reason === 'error');
  if (failed.length === samples.length) throw nothingAnswered(benchmark, failed);
  const issues: Issue[] = [];
  if (failed.length > 0) {
    issues.push({
      severity: 'warning',
      code: 'evaluate/errors',
      subject: benchmark,
      message: `${failed.length} of ${samples.length} requests were not answered; ${firstOf(failed)}`,
      help: 'Run the same call again: only those are asked.',
    });
  }
  if (repeatsAreCopies(samples)) {
    issues.push({
      severity: 'warning',
      code: 'evaluate/equal-repeats',
      subject: benchmark,
      message: 'All repeats of every problem gave the same text, so they say no more than one.',
      help: 'Check that the engine heeds the seed and the temperature.',
    });
  }
  return issues;
}

function firstOf(failed: readonly StoredSample[]): string {
  return `the first: ${failed[0]?.reason}`;
}

/** An engine that ignores seeds gives this; one problem alone may do so by chance. */
function repeatsAreCopies(samples: readonly StoredSample[]): boolean {
  const problems = [...groupBy(samples, (sample) => sample.problem).values()];
  return (
    problems.length > 1 &&
    problems.every(
      (repeats) => repeats.length > 1 && new Set(repeats.map(({ digest }) => digest)).size === 1,
    )
  );
}

function nothingAnswered(benchmark: string, failed: readonly StoredSample[]): ThinkbitsError {
  return new ThinkbitsError({
    code: 'evaluate/nothing-answered',
    category: 'machine',
    message: `None of the ${failed.length} requests of ${benchmark} was answered; ${firstOf(failed)}`,
    help: 'Remove the cause and run the same call again.',
  });
}
