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
import { resolveScorer, withRules } from '../resolve/scorer.js';

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

/** How the scorers of a benchmark judge. */
export interface ScorerRequest {
  /** In the scorer's own options schema; for the one scorer that all problems name. */
  readonly options?: JsonObject | undefined;
  /** Whether the user lets model-written programs run without a sandbox. */
  readonly unsandboxed?: boolean | undefined;
}

/**
 * Every scorer that the problems name, by id, going by the given options.
 * @throws ThinkbitsError `scorer/not-found` with the row that names it, `usage/options-of-several`, `scorer/no-options`,
 *   `scorer-ID/options`, and others of resolving
 */
export async function loadScorers(
  benchmarks: readonly BenchmarkProblems[],
  directory: string,
  { options, unsandboxed = false }: ScorerRequest = {},
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
  if (options !== undefined && scorers.size > 1) {
    throw usageError(
      'usage/options-of-several',
      `The scorer options would speak of ${[...scorers.keys()].join(' and ')} at once.`,
      'Evaluate the problems of one scorer at a time with them.',
    );
  }
  return new Map(
    [...scorers].map(([id, scorer]) => {
      const permission = unsandboxed && runsPrograms(scorer) && { unsandboxed: true };
      const rules = (options ?? permission) ? { ...options, ...permission } : undefined;
      return [id, withRules(scorer, rules)];
    }),
  );
}

const runsPrograms = ({ optionsSchema }: Scorer) =>
  Object.hasOwn((optionsSchema?.properties ?? {}) as object, 'unsandboxed');

/**
 * Refuses a permission that nothing takes.
 * @throws ThinkbitsError `usage/nothing-sandboxed`
 */
export function checkUnsandboxed(scorers: Iterable<Scorer>): void {
  const all = [...scorers];
  if (all.some(runsPrograms)) return;
  throw usageError(
    'usage/nothing-sandboxed',
    `--unsandboxed was given, and ${all.map(({ id }) => id).join(', ')} runs no program.`,
    'Leave it out.',
  );
}
