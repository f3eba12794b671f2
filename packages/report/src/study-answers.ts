import type { StudySample } from './study-results.js';

/** One answer of a run, for a reader to open. */
export interface StudyAnswer
  extends Omit<StudySample, 'repeat' | 'question' | 'thinking' | 'text' | 'withheld'> {
  readonly repeat: number;
  /** Why it was judged so. */
  readonly reason: string;
  /** Whether the float model is right on the same problem and repeat; absent in its own cell. */
  readonly float_correct?: boolean;
  /** Absent, as is `text`, where there was no room for it. */
  readonly thinking?: string;
  readonly text?: string;
}

/** Every answer of a cell. */
export interface CellAnswers {
  /** Of the row that the cell is. */
  readonly model: string;
  readonly recipe: string;
  readonly benchmark: string;
  /** Where they lie, seen from the folder of the study: `runs/nano--none--chain`. */
  readonly run: string;
  readonly answers: readonly StudyAnswer[];
}

/** The answers that a study's figures are made of: too many for `results.json`, and never those of confidential benchmarks. */
export interface StudyAnswers {
  readonly cells: readonly CellAnswers[];
  /** What was asked, by benchmark and problem; only where it may be printed. */
  readonly questions: { readonly [benchmark: string]: { readonly [problem: string]: string } };
  /** Ids of the benchmarks whose answers must not be published. */
  readonly withheld: readonly string[];
  /** UTF-8 bytes of thinking and answers that all cells together had room for. */
  readonly text_bytes: number;
}
