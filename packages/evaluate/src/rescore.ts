import { availableParallelism } from 'node:os';
import {
  type Issue,
  type Run,
  type Scorer,
  startRun,
  ThinkbitsError,
  throwIfAborted,
} from '@thinkbits/spec';
import { requireScorer } from './check-evaluation.js';
import type { BenchmarkProblems } from './evaluate-options.js';
import { createTestsFinder, type FindTests } from './find-tests.js';
import { finishRun } from './finish-run.js';
import { judge } from './judge-result.js';
import { createSampleLocator, type SampleLocator } from './run/locate-samples.js';
import { removeSummary } from './run/open-run-directory.js';
import { runPaths } from './run/paths.js';
import { planSamples, type RunDirectory, readRunDirectory } from './run/read-run-directory.js';
import { replaceFile } from './run/replace-file.js';
import { SampleLog, type StoredSample } from './run/sample-log.js';
import { sortedSamples } from './run/sort-samples.js';
import { withRunLock } from './run/with-run-lock.js';
import type { RunSummary } from './summarize.js';

/** Options of {@link rescore}. */
export interface RescoreOptions {
  /** The benchmarks of the run, where answers are judged by test cases: a run directory keeps none. */
  readonly benchmarks?: readonly BenchmarkProblems[];
  readonly signal?: AbortSignal;
}

/**
 * Judges the stored answers of a run anew, for example after a scorer was mended; nothing is
 * generated. The samples are replaced all at once. A run that is not finished gets its verdicts,
 * but no `summary.json`: the call that finishes it writes one.
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
    const run = await readRunDirectory(directory);
    const findTests = createTestsFinder(options.benchmarks ?? []);
    checkData(run, options.benchmarks ?? []);
    for (const { scorer: id, benchmark, problem } of run.problems) {
      const scorer = requireScorer(id, scorers, benchmark);
      findTests(scorer, benchmark, problem);
      await scorer.prepare?.();
    }
    const judges: Judges = { scorers, findTests, signal: options.signal };
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
        await replaceFile(samples, judgedLines(log, locate, judges, report));
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

interface Judges {
  readonly scorers: ReadonlyMap<string, Scorer>;
  readonly findTests: FindTests;
  readonly signal: AbortSignal | undefined;
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

/** Lines in order; a few are judged ahead, since programs take time to judge. */
async function* judgedLines(
  log: SampleLog,
  locate: SampleLocator,
  judges: Judges,
  report: Report,
): AsyncGenerator<string> {
  const samples = sortedSamples(log, locate);
  const ahead: Promise<string>[] = [];
  let started = 0;
  try {
    for (let index = 0; index < samples.length; index++) {
      for (; started < Math.min(samples.length, index + availableParallelism()); started++) {
        const line = judgedLine(samples[started] as StoredSample, log, locate, judges, report);
        line.catch(() => {}); // it is awaited in its turn
        ahead.push(line);
      }
      yield await (ahead.shift() as Promise<string>);
      report.judged(index + 1, samples.length);
    }
  } finally {
    await Promise.allSettled(ahead);
  }
}

async function judgedLine(
  sample: StoredSample,
  log: SampleLog,
  locate: SampleLocator,
  { scorers, findTests, signal }: Judges,
  { issue }: Report,
): Promise<string> {
  // What the old verdict noted does not outlive it.
  const { seen: _, details: __, extra, ...line } = await log.line(sample);
  const { benchmark, problem, scorer: id, choices } = locate(sample);
  let verdict = {};
  if (line.finish_reason !== 'error') {
    const scorer = requireScorer(id, scorers, benchmark);
    const tests = findTests(scorer, benchmark, problem);
    verdict = await judge({ ...line, choices }, { scorer, tests, report: issue, signal });
  }
  return `${JSON.stringify({ ...line, ...verdict, ...(extra && { extra }) })}\n`;
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
