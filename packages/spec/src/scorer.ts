/** What is judged. */
export interface Answer {
  /** The model's text after its thinking. */
  readonly prediction: string;
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
}

/** Decides whether an answer is right: deterministic, bounded by steps, evaluates nothing. */
export interface Scorer {
  readonly specificationVersion: 'v1';
  readonly kind: 'scorer';
  readonly id: string;
  score(answer: Answer): Verdict;
}
