import type { BenchmarkProblems } from '@thinkbits/evaluate';
import {
  type Benchmark,
  type JsonObject,
  type LoadOptions,
  type Scorer,
  ThinkbitsError,
} from '@thinkbits/spec';
import { readRows, resolveBenchmark } from '../resolve/benchmark.js';
import { resolveScorer } from '../resolve/scorer.js';

/** A benchmark by name, with its problems. */
export interface LoadedBenchmark extends BenchmarkProblems {
  readonly benchmark: Benchmark;
}

/** What is wanted of a benchmark beside its name. */
export interface BenchmarkRequest {
  /** Files in place of its own data. */
  readonly data?: readonly string[] | undefined;
  /** In its own options schema. */
  readonly options?: JsonObject | undefined;
  /** Of what it draws: the base seed of the run. */
  readonly seed?: number | undefined;
}

/** What a request says in the words of {@link Benchmark.load}; files are read. */
export async function loadOptions(
  { data, options, seed }: BenchmarkRequest,
  directory: string,
): Promise<LoadOptions> {
  return {
    ...(data && (await readRows(data, directory))),
    ...(options && { options }),
    ...(seed !== undefined && { seed }),
  };
}

/** Loads a benchmark with all its problems. */
export async function loadBenchmark(
  name: string,
  request: BenchmarkRequest,
  directory: string,
): Promise<LoadedBenchmark> {
  const benchmark = await resolveBenchmark(name, directory);
  return { benchmark, problems: await benchmark.load(await loadOptions(request, directory)) };
}

/**
 * Every scorer that the problems name, by id.
 * @throws ThinkbitsError `scorer/not-found` with the row that names it, and others of resolving
 */
export async function loadScorers(
  benchmarks: readonly BenchmarkProblems[],
  directory: string,
): Promise<Map<string, Scorer>> {
  const scorers = new Map<string, Scorer>();
  for (const { problems } of benchmarks) {
    for (const { scorer, origin } of problems.problems) {
      if (scorers.has(scorer)) continue;
      const found = await resolveScorer(scorer, directory).catch((error) => {
        if (!ThinkbitsError.isInstance(error) || origin === undefined) throw error;
        const { code, category, message, help } = error;
        throw new ThinkbitsError({ code, category, message: `${origin}: ${message}`, help });
      });
      scorers.set(scorer, found);
    }
  }
  return scorers;
}
