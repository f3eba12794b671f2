import { availableParallelism } from 'node:os';
import { type Progress, type Scorer, throwIfAborted } from '@thinkbits/spec';
import { requireScorer } from './check-evaluation.js';
import type { BenchmarkProblems } from './evaluate-options.js';
import { createTestsFinder, type FindTests } from './find-tests.js';
import { judge } from './judge-result.js';
import { createSampleLocator, type SampleLocator } from './run/locate-samples.js';
import { removeSummary, writeRunDirectory } from './run/open-run-directory.js';
import { runPaths } from './run/paths.js';
import type { RunDirectory } from './run/read-run-directory.js';
import { runScorers } from './run/run-scorer.js';
import { SampleLog, type StoredSample } from './run/sample-log.js';
import { sortedSamples } from './run/sort-samples.js';

/** Who judges, and what it takes. */
export interface Judges {
  readonly scorers: ReadonlyMap<string, Scorer>;
  /** Where answers are judged by test cases: a run directory keeps none. */
  readonly benchmarks: readonly BenchmarkProblems[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Judges every stored answer of a run anew, also those beyond its present limit and repeats; nothing is generated. The
 * samples are replaced all at once, a summary, which would not fit them, is taken away, and `run.json` names who judged:
 * nobody while it is under way, so that a call that was killed is not believed. To be called by the holder of the run's lock.
 *
 * @throws ThinkbitsError `run/corrupt-line`, `run/foreign-sample`, `evaluate/missing-scorer`, `evaluate/missing-tests`,
 *   `disk/full`, `run/aborted`, and those of a scorer's `prepare`
 */
export async function judgeAgain(
  directory: string,
  { run, problems }: RunDirectory,
  { scorers, benchmarks, signal }: Judges,
  emit: (event: Progress) => void,
): Promise<void> {
  const findTests = createTestsFinder(benchmarks);
  for (const { scorer: id, benchmark, problem } of problems) {
    findTests(requireScorer(id, scorers, benchmark), benchmark, problem);
  }
  const log = await SampleLog.open(runPaths(directory).samples);
  try {
    const locate = createSampleLocator({ run, problems });
    const samples = sortedSamples(log, locate);
    const ids = new Set(samples.map((sample) => locate(sample).scorer));
    for (const id of ids) await requireScorer(id, scorers, '').prepare?.();
    const total = samples.length;
    emit({ type: 'plan', label: 'judge again', total, unit: 'sample' });
    if (total > 0) {
      const message = `${total} stored answers are judged again, and none of them is asked again.`;
      emit({ type: 'note', message });
    }
    await removeSummary(directory);
    const { scorers: _, ...unsigned } = run;
    await writeRunDirectory(directory, { run: unsigned, problems });
    const how = { scorers, findTests, signal };
    await log.replace(judgedLines(samples, log, locate, how, emit));
    const signed = { ...run, scorers: runScorers(problems, scorers) };
    await writeRunDirectory(directory, { run: signed, problems });
  } finally {
    await log.close();
  }
}

type How = Pick<Judges, 'scorers' | 'signal'> & { readonly findTests: FindTests };

/** Lines in order; a few are judged ahead, since programs take time to judge. */
async function* judgedLines(
  samples: readonly StoredSample[],
  log: SampleLog,
  locate: SampleLocator,
  how: How,
  emit: (event: Progress) => void,
): AsyncGenerator<string> {
  const total = samples.length;
  const ahead: Promise<string>[] = [];
  let started = 0;
  try {
    for (let index = 0; index < total; index++) {
      for (; started < Math.min(total, index + availableParallelism()); started++) {
        const line = judgedLine(samples[started] as StoredSample, log, locate, how, emit);
        line.catch(() => {}); // it is awaited in its turn
        ahead.push(line);
      }
      yield await (ahead.shift() as Promise<string>);
      emit({ type: 'advance', done: index + 1, total, unit: 'sample' });
      throwIfAborted(how.signal);
    }
  } finally {
    await Promise.allSettled(ahead);
  }
}

async function judgedLine(
  sample: StoredSample,
  log: SampleLog,
  locate: SampleLocator,
  { scorers, findTests, signal }: How,
  emit: (event: Progress) => void,
): Promise<string> {
  // What the old verdict noted does not outlive it.
  const { seen: _, details: __, extra, ...line } = await log.line(sample);
  const { benchmark, problem, scorer: id, choices } = locate(sample);
  let verdict = {};
  if (line.finish_reason !== 'error') {
    const scorer = requireScorer(id, scorers, benchmark);
    const tests = findTests(scorer, benchmark, problem);
    const report = (issue: Extract<Progress, { type: 'issue' }>['issue']) =>
      emit({ type: 'issue', issue });
    verdict = await judge({ ...line, choices }, { scorer, tests, report, signal });
  }
  return `${JSON.stringify({ ...line, ...verdict, ...(extra && { extra }) })}\n`;
}
