import type { Message, Sampling } from './engine.js';
import type { JsonObject, JsonSchema } from './json.js';
import type { ProgramTests } from './scorer.js';

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
  /** Kept with every answer, for what `groups` cannot say: `{ option_order: [2, 0, 1, 3] }`. No part of a question. */
  readonly extra?: JsonObject;
  /** The row as it was read. */
  readonly row: JsonObject;
  /** Where the row stands, for messages: `mine.jsonl, line 3`. */
  readonly origin?: string;
}

/** The problems of a benchmark and what identifies them. */
export interface ProblemSet {
  readonly problems: readonly Problem[];
  /** sha256 of the canonical rows that were loaded. */
  readonly dataHash: string;
  /** The options of {@link LoadOptions} that the problems were made with; absent where none were given. */
  readonly options?: JsonObject;
}

/** Where rows come from and how many. */
export interface LoadOptions {
  /** Rows in the benchmark's own schema, replacing its data. */
  readonly rows?: readonly unknown[];
  /** Where each of `rows` stands, for messages: `mine.jsonl, line 3`. */
  readonly places?: readonly string[];
  /** The first `limit` problems. */
  readonly limit?: number;
  /** Of what a benchmark draws, such as the order of options: one seed, one set of questions. 42 where absent. */
  readonly seed?: number;
  /** Files (or folders of files) of its rows, for a benchmark that {@link Benchmark.readsFiles}. */
  readonly files?: readonly string[];
  /** Gives a file of a hub data set as a local path, for a benchmark whose data has to be fetched. */
  openDatasetFile?(dataset: string, file: string): Promise<string>;
  /** Of the benchmark, see {@link Benchmark.optionsSchema}. */
  readonly options?: JsonObject;
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
  /** Schema of {@link LoadOptions.options}; absent where a benchmark has none. */
  readonly optionsSchema?: JsonSchema;
  /**
   * Its questions must not be published: reports and terminals show neither questions nor answers unless they are
   * told to, and messages quote no row.
   */
  readonly confidential?: boolean;
  /** Set where the data is too large for memory: `load` takes `files` and reads them line by line. */
  readonly readsFiles?: true;
  /** The sampling the benchmark is usually reported with, and the answer length it needs. */
  readonly defaults: { readonly sampling: Sampling; readonly maxTokens: number };
  /**
   * @throws ThinkbitsError `benchmark/bad-row` with the line and the field, `benchmark/duplicate-id`, `benchmark/no-rows`,
   *   `benchmark/no-data` where it has none of its own, `benchmark/bad-options`, `benchmark/bad-limit`
   */
  load(options?: LoadOptions): Promise<ProblemSet>;
  /**
   * The test cases of a problem that `load` gave, read when an answer is judged: all of them together may not fit in memory.
   * Present where the scorer needs tests.
   */
  tests?(problem: Problem): Promise<ProgramTests>;
  /**
   * Other problems of the same kind, to calibrate on: none of those that {@link load} gives. Absent where the benchmark has no
   * others. Problem i depends on the seed alone.
   */
  calibrationProblems?(options: {
    readonly count: number;
    readonly seed: number;
  }): Promise<ProblemSet>;
}
