import { availableParallelism } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import {
  type GenerationRequest,
  type GenerationResult,
  type Problem,
  type Progress,
  type Run,
  type Scorer,
  startRun,
  ThinkbitsError,
  throwIfAborted,
} from '@thinkbits/spec';
import { requireScorer } from './check-evaluation.js';
import { describeRun } from './describe-run.js';
import { type EvaluateOptions, type Settings, settingsOf } from './evaluate-options.js';
import { createTestsFinder } from './find-tests.js';
import { finishRun } from './finish-run.js';
import { judgeAgain } from './judge-again.js';
import { type Judge, sampleLine } from './judge-result.js';
import { createSampleLocator } from './run/locate-samples.js';
import { checkRunDirectory, removeSummary, writeRunDirectory } from './run/open-run-directory.js';
import { runPaths } from './run/paths.js';
import { type PlannedSample, planSamples } from './run/read-run-directory.js';
import type { SampleLine } from './run/sample-line.js';
import { SampleLog } from './run/sample-log.js';
import { asStored } from './run/sha256.js';
import { withRunLock } from './run/with-run-lock.js';
import type { RunSummary } from './summarize.js';

/**
 * Asks an engine every problem of one or several benchmarks with every seed, scores the answers,
 * and keeps all of it in a run directory (interface.md §3).
 *
 * - Each answer is appended to `samples.jsonl` as it finishes and is on disk before the next is
 *   awaited; programs, which take time to judge, are judged beside the asking, one a core. Killed at
 *   any moment, the same call does what is missing and ends with the files of an uninterrupted run,
 *   but for the `seconds` of samples.
 * - A larger `limit` or more seeds extend a directory; smaller ones summarize a part of it, and
 *   nothing is thrown away.
 * - Answers that other scorers judged, or the same by other rules or of another version, are judged
 *   again and not asked again: one directory holds the verdicts of one judge.
 * - A request's random stream is its seed and its problem's id alone.
 * - A request that the engine cannot answer is recorded with `finish_reason: "error"`, left out of
 *   every share, reported as an issue, and asked again by the next call; when none of a benchmark
 *   could be answered the call fails.
 * - Aborting keeps what is finished.
 *
 * Progress: `plan`, an `advance` and a `sample` (the line) for each answer, `issue`.
 *
 * @throws ThinkbitsError of `checkEvaluation`; of a scorer's `prepare`; `run/identity-differs`, `run/corrupt-line`,
 *   `run/foreign-sample`, `directory/in-use`, `engine/missing-results`, `engine/unexpected-result`,
 *   `evaluate/nothing-answered`, `disk/full`, `disk/failed`, `run/aborted`
 */
export function evaluate(options: EvaluateOptions): Run<RunSummary> {
  return startRun(async (emit) => {
    throwIfAborted(options.signal);
    const wanted = describeRun(options);
    const { directory } = options;
    return await withRunLock(directory, async () => {
      const held = await checkRunDirectory(directory, wanted.run);
      if (held && !isDeepStrictEqual(held.scorers, asStored(wanted.run.scorers))) {
        await judgeAgain(directory, { ...wanted, run: held }, options, emit);
      }
      const log = await SampleLog.open(runPaths(directory).samples);
      try {
        const locate = createSampleLocator(wanted);
        for (const sample of log.samples.values()) locate(sample);
        const planned = planSamples(wanted);
        const missing = planned.filter(({ key }) => !isAnswered(log, key));
        await removeSummary(directory);
        await writeRunDirectory(directory, wanted);
        await askMissing(options, planned.length, missing, log, emit);
        return await finishRun(directory, { planned, log, locate, scorers: options.scorers }, emit);
      } finally {
        await log.close();
      }
    });
  });
}

function isAnswered(log: SampleLog, key: string): boolean {
  const sample = log.samples.get(key);
  return sample !== undefined && sample.finish_reason !== 'error';
}

async function askMissing(
  options: EvaluateOptions,
  total: number,
  missing: readonly PlannedSample[],
  log: SampleLog,
  emit: (event: Progress) => void,
): Promise<void> {
  const { engine, signal } = options;
  const problemOf = problemFinder(options);
  const waiting = new Map(missing.map((sample) => [sample.key, sample]));
  let done = total - missing.length;
  const advance = (note?: string) =>
    emit({ type: 'advance', done, total, unit: 'sample', ...(note && { note }) });

  emit({ type: 'plan', label: `evaluate ${engine.info.model}`, total, unit: 'sample' });
  if (done > 0) advance(`${done} kept from before`);
  if (waiting.size === 0) return;
  await prepareScorers(options, missing, problemOf);
  const request = requestMaker(options);
  const requests = missing.map((sample) => request(sample, problemOf(sample)));
  const judgeSample = sampleJudge(options, problemOf, emit);
  const keep = async (sample: PlannedSample, result: GenerationResult) => {
    const line = await judgeSample(sample, result);
    await log.append(line);
    done++;
    emit({ type: 'sample', sample: { ...line } });
    advance();
  };
  const judging = new Set<Promise<void>>();
  try {
    for await (const result of engine.generate(requests, signal ? { signal } : {})) {
      const sample = waiting.get(result.id);
      if (!sample) throw unexpectedResult(result.id);
      waiting.delete(result.id);
      const kept = keep(sample, result).finally(() => judging.delete(kept));
      judging.add(kept);
      kept.catch(() => {}); // whoever awaits it below sees the failure
      if (!takesTime(options, problemOf(sample))) await kept;
      while (judging.size >= availableParallelism()) await Promise.race(judging);
      throwIfAborted(signal);
    }
    await Promise.all(judging);
  } catch (error) {
    // An engine may end an aborted call with an error of its own.
    if (!ThinkbitsError.isInstance(error)) throwIfAborted(signal);
    throw error;
  } finally {
    await Promise.allSettled(judging);
  }
  throwIfAborted(signal);
  if (waiting.size > 0) throw missingResults(waiting.size, requests.length);
}

function scorerOf({ scorers }: EvaluateOptions, { scorer }: Problem, benchmark = ''): Scorer {
  return requireScorer(scorer, scorers, benchmark);
}

/** Programs are judged by running them, everything else at once. */
function takesTime(options: EvaluateOptions, problem: Problem): boolean {
  return scorerOf(options, problem).needs === 'tests';
}

/** Lets every scorer that will be asked say what this machine lacks, before hours of asking. */
async function prepareScorers(
  options: EvaluateOptions,
  missing: readonly PlannedSample[],
  problemOf: (sample: PlannedSample) => Problem,
): Promise<void> {
  const scorers = new Set(
    missing.map((sample) => scorerOf(options, problemOf(sample), sample.benchmark)),
  );
  for (const scorer of scorers) await scorer.prepare?.();
}

/** Makes the line of an answered request. */
function sampleJudge(
  options: EvaluateOptions,
  problemOf: (sample: PlannedSample) => Problem,
  emit: (event: Progress) => void,
): (sample: PlannedSample, result: GenerationResult) => Promise<SampleLine> {
  const { keepTokens, signal, benchmarks } = options;
  const findTests = createTestsFinder(benchmarks);
  return (sample, result) => {
    const problem = problemOf(sample);
    const scorer = scorerOf(options, problem, sample.benchmark);
    const tests = findTests(scorer, sample.benchmark, problem.id);
    const how: Judge = {
      scorer,
      tests,
      report: (issue) => emit({ type: 'issue', issue }),
      signal,
    };
    return sampleLine(sample, problem, result, how, keepTokens);
  };
}

function problemFinder({ benchmarks }: EvaluateOptions): (sample: PlannedSample) => Problem {
  const byBenchmark = new Map(
    benchmarks.map(({ benchmark, problems }) => [
      benchmark.id,
      new Map(problems.problems.map((problem) => [problem.id, problem])),
    ]),
  );
  return ({ benchmark, problem }) => byBenchmark.get(benchmark)?.get(problem.problem) as Problem;
}

function requestMaker(
  options: EvaluateOptions,
): (sample: PlannedSample, problem: Problem) => GenerationRequest {
  const settings = new Map(
    options.benchmarks.map(({ benchmark }) => {
      const { limit: _, ...asked } = settingsOf(benchmark, options);
      return [benchmark.id, asked];
    }),
  );
  return ({ key, seed, benchmark }, { id, messages }) => ({
    id: key,
    prompt: {
      messages,
      ...(options.templateDate !== undefined && { date: options.templateDate }),
    },
    seed,
    stream: id,
    ...(settings.get(benchmark) as Omit<Settings, 'limit'>),
  });
}

function unexpectedResult(id: string): ThinkbitsError {
  return new ThinkbitsError({
    code: 'engine/unexpected-result',
    category: 'machine',
    message: `The engine gave a result with the id "${id}", which was not asked for or was given before.`,
    help: 'Report it to the author of the engine: ids must come back as they were sent, once each.',
  });
}

function missingResults(missing: number, asked: number): ThinkbitsError {
  return new ThinkbitsError({
    code: 'engine/missing-results',
    category: 'machine',
    message: `The engine ended with ${missing} of ${asked} requests unanswered.`,
    help: 'Run the same call again: only those are asked. If it stays so, the engine is at fault.',
    details: { missing, asked },
  });
}
