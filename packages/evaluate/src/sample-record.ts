import type { SampleLine } from './run/sample-line.js';

/** What statistics need to know of a sample: its line without texts, and where it belongs. */
export interface SampleRecord
  extends Pick<
    SampleLine,
    | 'problem'
    | 'repeat'
    | 'completion_tokens'
    | 'finish_reason'
    | 'correct'
    | 'extracted'
    | 'seen'
    | 'details'
  > {
  readonly benchmark: string;
  /** What accuracy is broken down by, for example `{ steps: 4 }`. */
  readonly groups: { readonly [name: string]: string | number };
  /** Which scorer judged it. */
  readonly scorer: string;
}
