import type { ProgramTests, Scorer } from '@thinkbits/spec';
import { missingTests } from './check-evaluation.js';
import type { BenchmarkProblems } from './evaluate-options.js';

/** How the test cases of a problem are read; undefined where its scorer needs none. */
export type FindTests = (
  scorer: Scorer,
  benchmark: string,
  problem: string,
) => (() => Promise<ProgramTests>) | undefined;

/**
 * Finds test cases in the benchmarks that have them. They are read one problem at a time, when an answer is judged: those
 * of a whole benchmark may not fit in memory.
 * @returns a function that throws ThinkbitsError `evaluate/missing-tests`
 */
export function createTestsFinder(benchmarks: readonly BenchmarkProblems[]): FindTests {
  const byId = new Map(
    benchmarks.map(({ benchmark, problems }) => [
      benchmark.id,
      { benchmark, problems: new Map(problems.problems.map((each) => [each.id, each])) },
    ]),
  );
  return (scorer, benchmarkId, problemId) => {
    if (scorer.needs !== 'tests') return undefined;
    const { benchmark, problems } = byId.get(benchmarkId) ?? {};
    const problem = problems?.get(problemId);
    const read = problem && benchmark?.tests?.bind(benchmark, problem);
    if (!read) throw missingTests(scorer.id, benchmarkId);
    return read;
  };
}
