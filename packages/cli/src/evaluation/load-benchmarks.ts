import type { BenchmarkProblems } from '@thinkbits/evaluate';
import type { Benchmark, JsonObject, LoadOptions, Scorer } from '@thinkbits/spec';
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

/** Every scorer that the problems name, by id. */
export async function loadScorers(
  benchmarks: readonly BenchmarkProblems[],
  directory: string,
): Promise<Map<string, Scorer>> {
  const ids = new Set(benchmarks.flatMap(({ problems }) => problems.problems.map((p) => p.scorer)));
  const scorers = new Map<string, Scorer>();
  for (const id of ids) scorers.set(id, await resolveScorer(id, directory));
  return scorers;
}
