import type { Message, Sampling } from './engine.js';
import type { JsonObject, JsonSchema } from './json.js';

/** A problem, ready to be asked and scored. */
export interface Problem {
  readonly id: string;
  readonly messages: readonly Message[];
  /** The expected answer, as the scorer reads it. */
  readonly answer: string;
  /** The number of options, for multiple choice. */
  readonly choices?: number;
  /** What accuracy is broken down by, for example `{ steps: 4 }`. */
  readonly groups: { readonly [name: string]: string | number };
  /** Which scorer judges it. */
  readonly scorer: string;
  /** The row as it was read. */
  readonly row: JsonObject;
}

/** The problems of a benchmark and what identifies them. */
export interface ProblemSet {
  readonly problems: readonly Problem[];
  /** sha256 of the canonical rows that were loaded. */
  readonly dataHash: string;
}

/** Where rows come from and how many. */
export interface LoadOptions {
  /** Rows in the benchmark's own schema, replacing its data. */
  readonly rows?: readonly unknown[];
  /** The first `limit` problems. */
  readonly limit?: number;
  readonly seed?: number;
}

/** A set of questions with known answers. */
export interface Benchmark {
  readonly specificationVersion: 'v1';
  readonly kind: 'benchmark';
  readonly id: string;
  readonly title: string;
  /** SPDX identifier or a sentence, of the data. */
  readonly licence: string;
  readonly rowSchema: JsonSchema;
  /** The sampling the benchmark is usually reported with, and the answer length it needs. */
  readonly defaults: { readonly sampling: Sampling; readonly maxTokens: number };
  /** @throws ThinkbitsError `benchmark/bad-row` with the line and the field */
  load(options?: LoadOptions): Promise<ProblemSet>;
  /**
   * Other problems of the same kind, to calibrate on: none of those that {@link load} gives. Absent where the benchmark has no
   * others. Problem i depends on the seed alone.
   */
  calibrationProblems?(options: {
    readonly count: number;
    readonly seed: number;
  }): Promise<ProblemSet>;
}
