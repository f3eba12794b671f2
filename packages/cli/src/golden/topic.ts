import type { Json } from '@thinkbits/spec';
import type { Numbers } from './difference.js';
import type { GoldenTensor } from './tensor.js';
import type { ToleranceRule } from './tolerance.js';

/** What a computation may look at. */
export interface CaseContext {
  readonly settings: { readonly [name: string]: Json };
  /** The argument names of the input tensors. */
  readonly inputs: readonly string[];
  /** An input tensor by its argument name. */
  input(name: string): Promise<GoldenTensor>;
  /** What is expected under a name, where the case's other expectations follow from it; undefined when there is nothing. */
  expected(name: string): Promise<Numbers | undefined>;
  /** The shape of an expected tensor, where it says how much to compute. */
  expectedShape(name: string): Promise<readonly number[]>;
  /** What `values` holds under a name, where it says what to compute. */
  expectedValue(name: string): Json | undefined;
  /** What another case of the topic, the one with these settings, expects under a name; undefined when there is none. */
  expectedOf(
    settings: { readonly [name: string]: Json },
    name: string,
  ): Promise<Numbers | undefined>;
  readonly tolerance: { readonly [name: string]: Json };
  /** The directory of a checkpoint of the topic `models`. */
  modelDirectory(name: string): string;
  readonly signal: AbortSignal;
}

/** How a kind of case is computed and compared. */
export interface GoldenCheck {
  /** By key of the case's `tolerance`; a key that is not here fails the case. */
  readonly rules: { readonly [key: string]: ToleranceRule };
  /** Expected tensors that are there for information. */
  readonly informative?: readonly string[];
  /** Results by the names of `expected` and `values`. */
  compute(context: CaseContext): Promise<{ readonly [name: string]: Numbers }>;
}

/** Finds the check for a case's settings; undefined when the case is about something that is not implemented. */
export type GoldenTopic = (settings: { readonly [name: string]: Json }) => GoldenCheck | undefined;
