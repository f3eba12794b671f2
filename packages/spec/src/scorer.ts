import type { JsonObject, JsonSchema } from './json.js';

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

/** Decides whether an answer is right: deterministic, bounded by steps, evaluates nothing. */
export interface Scorer {
  readonly specificationVersion: 'v1';
  readonly kind: 'scorer';
  readonly id: string;
  score(answer: Answer): Verdict;
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
  /**
   * Figures over a whole data set that are no mean of verdicts, by name; null where one is not defined. Depends on the
   * answers alone, not on their order, and takes time linear in them: intervals call it thousands of times.
   */
  aggregate?(answers: readonly JudgedAnswer[]): { readonly [name: string]: number | null };
}
