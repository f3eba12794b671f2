import { parseAnswer } from '../parse/parse-answer.js';
import { Reader } from '../parse/reader.js';
import type { Value } from '../parse/value.js';
import { defaultPolicies, type MathPolicies } from '../policies.js';
import { StepBudget, StepLimit, Unreadable } from '../step-budget.js';
import { plainReading, type Reading } from '../tokenize/token.js';
import { tokenize } from '../tokenize/tokenize.js';
import { compareValues } from './compare-values.js';
import type { Context } from './context.js';

/** How two answers relate, and why. */
export interface Comparison {
  readonly outcome: 'equal' | 'different' | 'undecided';
  readonly reason: string;
}

/** Options of {@link compareAnswers}. */
export interface CompareOptions extends Partial<MathPolicies> {
  /** Bound of the work, see {@link StepBudget}; 20 000 where absent. */
  readonly steps?: number;
}

/** Steps that a judgement may take unless told otherwise; ordinary answers take some hundreds. */
export const defaultSteps = 20_000;

/** Longest answer that is read, in characters; what is longer is hostile or no answer. */
const longestAnswer = 4096;

/**
 * Compares an expected answer with a predicted one. Both are data: nothing is evaluated.
 * @param options what counts as the same, {@link defaultPolicies} where it says nothing; beyond its `steps` the outcome is
 *   `undecided`
 * @param budget of several comparisons, where they share one
 */
export function compareAnswers(
  gold: string,
  prediction: string,
  options: CompareOptions = {},
  budget = new StepBudget(options.steps ?? defaultSteps),
): Comparison {
  if (prediction.trim() === '') return { outcome: 'undecided', reason: 'The answer is empty.' };
  if (Math.max(gold.length, prediction.length) > longestAnswer) {
    return undecided(`an answer is longer than ${longestAnswer} characters`);
  }
  if (sameText(gold, prediction)) return { outcome: 'equal', reason: 'The texts are the same.' };
  try {
    const policies = { ...defaultPolicies, ...options };
    return compareReadings({ budget, policies }, gold, prediction);
  } catch (error) {
    if (error instanceof StepLimit) return undecided(`comparing them takes ${error.message}`);
    throw error;
  }
}

const undecided = (why: string): Comparison => ({
  outcome: 'undecided',
  reason: `Not settled: ${why}.`,
});

/** Equal when under one reading the values are; different when under every reading that makes sense they differ. */
function compareReadings(context: Context, gold: string, prediction: string): Comparison {
  const { budget, policies } = context;
  let trouble = '';
  let compared = false;
  let unsure = false;
  for (const reading of readingsOf(gold, prediction, policies)) {
    const expected = read(budget, gold, { ...reading, decimalComma: false });
    const answer = read(budget, prediction, reading);
    if (typeof expected === 'string') trouble ||= `the expected answer is unreadable: ${expected}`;
    else if (typeof answer === 'string') trouble ||= `the answer is unreadable: ${answer}`;
    else {
      const equal = compareValues(context, expected, answer);
      if (equal) return { outcome: 'equal', reason: 'The values are equal.' };
      compared = true;
      unsure ||= equal === undefined;
    }
  }
  if (compared && !unsure) return { outcome: 'different', reason: 'The values differ.' };
  return undecided(compared ? 'neither equality nor difference was proved' : trouble);
}

/**
 * Why an answer cannot be read; undefined where it can.
 * @param budget of several answers, where they share one
 */
export function whyUnreadable(
  answer: string,
  budget = new StepBudget(defaultSteps),
): string | undefined {
  if (answer.trim() === '') return 'it is empty';
  if (answer.length > longestAnswer) return `it is longer than ${longestAnswer} characters`;
  try {
    const value = read(budget, answer, plainReading);
    return typeof value === 'string' ? value : undefined;
  } catch (error) {
    if (error instanceof StepLimit) return `reading it takes ${error.message}`;
    throw error;
  }
}

/** The value of an answer, or why it has none. */
function read(budget: StepBudget, text: string, reading: Reading): Value | string {
  try {
    const reader = new Reader(budget, tokenize(budget, text, reading), reading);
    const value = parseAnswer(reader);
    return reader.token === undefined ? value : `"${reader.token.text}" where it cannot stand`;
  } catch (error) {
    if (error instanceof Unreadable) return error.message;
    throw error;
  }
}

/** The readings that commas and a bare logarithm leave open. */
function readingsOf(gold: string, prediction: string, { letterCase }: MathPolicies): Reading[] {
  const both = `${gold}\n${prediction}`;
  const plain = { ...plainReading, letterCase };
  const readings: Reading[] = [plain];
  if (/[[({]/.test(both) && /\d,\d{3}(?!\d)/.test(both)) {
    readings.push({ ...plain, thousands: false });
  }
  if (/^\s*\$?[-+]?\d+,\d+\$?\s*$/.test(prediction) && !gold.includes(',')) {
    readings.push({ ...plain, decimalComma: true });
  }
  if (/log(?!\s*_)/.test(both)) readings.push({ ...plain, logarithm: '10' });
  return readings;
}

/** Whether two texts are the same but for typesetting, and for case where they are words. */
function sameText(a: string, b: string): boolean {
  const plain = (answer: string): string =>
    answer
      .replaceAll(/\\(?:text|textbf|textit|mathrm|mbox)\s*\{([^{}]*)\}/g, '$1')
      .replaceAll(/\\left|\\right|[$]|\.\s*$/g, '')
      // "7 3/4" is not "73/4".
      .replaceAll(/(?<!\d)(?:\s|\\[,;!])+|(?:\s|\\[,;!])+(?!\d|\s|\\)/g, '');
  const [x, y] = [plain(a), plain(b)];
  return x === y || (/^[a-z]{2,}$/i.test(x) && x.toLowerCase() === y.toLowerCase());
}
