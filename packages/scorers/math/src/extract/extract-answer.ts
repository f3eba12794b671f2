import { afterThinking, findBoxed } from '@thinkbits/validation';
import { findLastValue } from './find-last-value.js';
import { findStated } from './find-stated.js';

/** What was read as the answer, and how. */
export interface ExtractedAnswer {
  readonly text: string;
  readonly how: 'box' | 'stated' | 'last formula' | 'last number';
}

/** Longer texts are read from their end alone: an answer stands last. */
const longest = 100_000;

/**
 * Reads an answer from the text after the thinking: the last box, else what is stated as the answer, else the last
 * formula or number. Undefined when there is none, or when the thinking never ended.
 */
export function extractAnswer(prediction: string): ExtractedAnswer | undefined {
  const text = afterThinking(prediction)?.slice(-longest);
  if (text === undefined) return undefined;
  const box = findBoxed(text);
  if (box !== undefined) return { text: box, how: 'box' };
  const stated = findStated(text);
  if (stated !== undefined) return { text: stated, how: 'stated' };
  return findLastValue(text);
}

/** The expected answer itself, or the one in a worked solution that ends in a box or `#### 18`. */
export function readGold(answer: string): string {
  const box = findBoxed(answer);
  if (box !== undefined) return box;
  const end = answer.lastIndexOf('####');
  return end < 0 ? answer : answer.slice(end + 4).trim();
}
