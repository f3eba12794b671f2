import type { BenchmarkProblems } from '@thinkbits/evaluate';
import type { Benchmark, Scorer } from '@thinkbits/spec';
import { readRows, resolveBenchmark } from '../resolve/benchmark.js';
import { resolveScorer } from '../resolve/scorer.js';

/** A benchmark by name, with its problems. */
export interface LoadedBenchmark extends BenchmarkProblems {
  readonly benchmark: Benchmark;
}

/** Loads benchmarks with all their problems. */
export async function loadBenchmark(
  name: string,
  data: string | undefined,
  directory: string,
): Promise<LoadedBenchmark> {
  const benchmark = await resolveBenchmark(name, directory);
  const rows = data === undefined ? undefined : await readRows(data, directory);
  return { benchmark, problems: await benchmark.load(rows ? { rows } : {}) };
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
