import { openDatasetFile } from '@thinkbits/checkpoint/node';
import type { BenchmarkProblems } from '@thinkbits/evaluate';
import {
  type Benchmark,
  type JsonObject,
  type LoadOptions,
  type Scorer,
  ThinkbitsError,
} from '@thinkbits/spec';
import { usageError } from '../errors/usage-error.js';
import { locateFiles, readRows, resolveBenchmark } from '../resolve/benchmark.js';
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

/** What a request says in the words of {@link Benchmark.load}; files are read, unless the benchmark does so itself. */
export async function loadOptions(
  { readsFiles }: Pick<Benchmark, 'readsFiles'>,
  { data, options, seed }: BenchmarkRequest,
  directory: string,
): Promise<LoadOptions> {
  return {
    ...(data && (await (readsFiles ? locateFiles : readRows)(data, directory))),
    ...(!data && readsFiles && { openDatasetFile: (set, file) => openDatasetFile(set, file) }),
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
  return {
    benchmark,
    problems: await benchmark.load(await loadOptions(benchmark, request, directory)),
  };
}

/**
 * Every scorer that the problems name, by id.
 * @param unsandboxed whether the user lets model-written programs run without a sandbox
 * @throws ThinkbitsError `scorer/not-found` with the row that names it, and others of resolving
 */
export async function loadScorers(
  benchmarks: readonly BenchmarkProblems[],
  directory: string,
  unsandboxed = false,
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
  return unsandboxed ? withoutSandbox(scorers) : scorers;
}

const runsPrograms = ({ optionsSchema }: Scorer) =>
  Object.hasOwn((optionsSchema?.properties ?? {}) as object, 'unsandboxed');

/**
 * Refuses a permission that nothing takes.
 * @throws ThinkbitsError `usage/nothing-sandboxed`
 */
export function checkUnsandboxed(scorers: readonly Scorer[]): void {
  if (scorers.some(runsPrograms)) return;
  throw usageError(
    'usage/nothing-sandboxed',
    `--unsandboxed was given, and ${scorers.map(({ id }) => id).join(', ')} runs no program.`,
    'Leave it out.',
  );
}

/** The scorers that run programs then do so with all that the user may do. */
function withoutSandbox(scorers: ReadonlyMap<string, Scorer>): Map<string, Scorer> {
  checkUnsandboxed([...scorers.values()]);
  return new Map(
    [...scorers].map(([id, scorer]) => [
      id,
      (runsPrograms(scorer) && scorer.withOptions?.({ unsandboxed: true })) || scorer,
    ]),
  );
}
