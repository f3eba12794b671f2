import type { JsonObject, JsonSchema } from './json.js';

/** One test of a program. */
export interface ProgramCase {
  /** What it reads from standard input; for a function, one JSON value a line and argument. */
  readonly input: string;
  /** What it has to print; for a function, the JSON value that it has to return. */
  readonly output: string;
}

/** How a program is judged: by running it. */
export interface ProgramTests {
  /** `python` where absent. */
  readonly language?: 'python' | 'javascript';
  /** The method of `class Solution`, or the function, that is called; absent where the program reads standard input. */
  readonly functionName?: string;
  /**
   * What becomes of threads that a Python program on standard input has not joined when its main code returns: `await`
   * counts all that they print, as the interpreter does; `leave` counts what was printed until then. `await` where absent.
   */
  readonly threads?: 'await' | 'leave';
  readonly cases: readonly ProgramCase[];
}

/** What is judged. */
export interface Answer {
  /** The model's text after its thinking. */
  readonly prediction: string;
  /** Its thinking, where it is kept apart; only for scorers that are told to read it. */
  readonly thinking?: string;
  /** The expected answer. */
  readonly answer: string;
  /** The number of options, for multiple choice. */
  readonly choices?: number;
  /** What a program has to do, for scorers that {@link Scorer.needs} them. */
  readonly tests?: ProgramTests;
}

/** A judgement with a reason a person can read. */
export interface Verdict {
  readonly correct: boolean;
  /** `undecided`: nothing could be read, or equality could not be settled within the step budget. */
  readonly outcome: 'equal' | 'different' | 'undecided';
  /** What was read as the model's answer; null when nothing was. */
  readonly extracted: string | null;
  readonly reason: string;
  /** What a figure over the whole data set needs to know beside `correct`; kept with the answer. */
  readonly details?: JsonObject;
}

/** An answer that was judged, as {@link Scorer.aggregate} sees it. */
export interface JudgedAnswer {
  readonly correct: boolean;
  /** Of its verdict; absent where there were none. */
  readonly details?: JsonObject;
  /** Of its problem. */
  readonly groups: { readonly [name: string]: string | number };
}

/** How a judgement is asked for. */
export interface ScoreOptions {
  /** Ends a judgement that takes time; the call fails with `run/aborted`. */
  readonly signal?: AbortSignal;
}

/** Decides whether an answer is right: the same verdict every time, in bounded work. */
export interface Scorer {
  readonly specificationVersion: 'v1';
  readonly kind: 'scorer';
  readonly id: string;
  /** Of its package. Runs record it and judge their answers again where it is another; absent where it is not known. */
  readonly version?: string;
  /** The rules that {@link withOptions} was given, recorded with runs; absent where it goes by its defaults. */
  readonly options?: JsonObject;
  /** At once or later; several calls may be under way, and a scorer bounds by itself what it does at a time. */
  score(answer: Answer, options?: ScoreOptions): Verdict | Promise<Verdict>;
  /** Set where answers are judged by test cases, which the benchmark has to give ({@link Answer.tests}). */
  readonly needs?: 'tests';
  /**
   * Finds out whether it can judge on this machine, before anything is asked of a model.
   * @throws ThinkbitsError of category `machine` that says what is missing
   */
  prepare?(): Promise<void>;
  /** Schema of what {@link withOptions} takes; absent where a scorer has no options. */
  readonly optionsSchema?: JsonSchema;
  /**
   * The same scorer going by other rules, which its verdicts name in their `details`.
   * @throws ThinkbitsError `scorer-ID/options`
   */
  withOptions?(options: JsonObject): Scorer;
  /**
   * Whether an expected answer can be read at all; where absent, any can.
   * @throws ThinkbitsError `scorer-ID/bad-gold`
   */
  checkGold?(expected: Omit<Answer, 'prediction'>): void;
  /** Whether two answers that were read say the same; where absent, equal texts do. Majorities are counted by it. */
  equivalent?(a: string, b: string): boolean;
  /** Whether a thinking states the expected answer as a result on its way: a wrong answer had the right one in hand. */
  reaches?(thinking: string, expected: Omit<Answer, 'prediction'>): boolean;
  /**
   * Figures over a whole data set that are no mean of verdicts, by name; null where one is not defined. Depends on the
   * answers alone, not on their order, and takes time linear in them: intervals call it thousands of times.
   */
  aggregate?(answers: readonly JudgedAnswer[]): { readonly [name: string]: number | null };
}

/** A scorer that judges by reading alone: it evaluates nothing, is bounded by steps, and answers at once. */
export interface SynchronousScorer extends Scorer {
  score(answer: Answer): Verdict;
  withOptions?(options: JsonObject): SynchronousScorer;
}
