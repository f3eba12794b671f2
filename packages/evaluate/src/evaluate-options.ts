import type {
  Benchmark,
  Engine,
  JsonObject,
  ProblemSet,
  Recipe,
  Sampling,
  Scorer,
} from '@thinkbits/spec';

/** A benchmark and its problems. */
export interface BenchmarkProblems {
  readonly benchmark: Pick<Benchmark, 'id' | 'defaults' | 'confidential' | 'tests'>;
  /** All problems, loaded without a limit: the data hash must not change when `limit` does. */
  readonly problems: ProblemSet;
}

/** Options of `evaluate`. */
export interface EvaluateOptions {
  readonly engine: Engine;
  readonly benchmarks: readonly BenchmarkProblems[];
  /** By id; every scorer that a problem names. */
  readonly scorers: ReadonlyMap<string, Scorer>;
  /** The run directory: made when absent, continued when it holds the same run. */
  readonly directory: string;
  /** What was done to the model, recorded and part of the identity; null = nothing. */
  readonly recipe: Recipe | null;
  /**
   * The model's name and content hash where the engine's own do not say it, for example those of
   * the float source.
   */
  readonly model?: { readonly id: string; readonly hash: string };
  /** One a repeat, the first is the base seed. [42] unless given. */
  readonly seeds?: readonly number[];
  /** Replaces single settings of each benchmark's default sampling. */
  readonly sampling?: Partial<Sampling>;
  /** Replaces each benchmark's default. */
  readonly maxTokens?: number;
  /** After so many thinking tokens the end of thinking is forced; no budget unless given. */
  readonly thinkingBudget?: number;
  /** The day that chat templates are told, `YYYY-MM-DD`; recorded, and part of the identity. `defaultTemplateDate` unless given. */
  readonly templateDate?: string;
  /** Only the first so many problems of each benchmark. */
  readonly limit?: number;
  /** Whether a sample's line keeps the ids of its tokens; where the engine tells them. Not part of the identity. */
  readonly keepTokens?: boolean;
  /** Package versions to record beside this package's own. */
  readonly versions?: { readonly [name: string]: string };
  /** The machine as `run.json` describes it; found out where absent. */
  readonly host?: JsonObject;
  readonly signal?: AbortSignal;
}

/** The seeds of `--repeats K`: base, base + 1, … */
export function repeatSeeds(base: number, repeats: number): number[] {
  return Array.from({ length: repeats }, (_, repeat) => base + repeat);
}

/** What one benchmark is asked with, after defaults. */
export interface Settings {
  readonly sampling: Sampling;
  readonly maxTokens: number;
  readonly thinkingBudget?: number;
  readonly limit?: number;
}

/** A benchmark's defaults, replaced by what the call says. */
export function settingsOf(
  { defaults }: BenchmarkProblems['benchmark'],
  { sampling, maxTokens = defaults.maxTokens, thinkingBudget, limit }: EvaluateOptions,
): Settings {
  return {
    sampling: { ...defaults.sampling, ...sampling },
    maxTokens,
    ...(thinkingBudget !== undefined && { thinkingBudget }),
    ...(limit !== undefined && { limit }),
  };
}
